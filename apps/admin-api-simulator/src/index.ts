import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from './app.js'
import { fullAccessScope, signToken } from './connect/tokens.js'
import { Faults, type FaultRule } from './control/faults.js'
import { RequestLog } from './control/request-log.js'
import { resolveOptions, type SimulatorOptions } from './options.js'
import { DataFile, readDataFile } from './store/data-file.js'
import { TenantStores } from './store/tenant-stores.js'

export type { FaultKind, FaultRule } from './control/faults.js'
export type { Engine, Mode, PreRegisteredClient, SimulatorOptions } from './options.js'

/** A simulator that is listening. */
export interface Simulator {
  /** Where it answers, with PathBase, without a slash at the end. */
  url: string
  /** Where `/__simulator` answers, without a slash at the end. */
  controlUrl: string
  /** Base64 key the stored connection strings are encrypted with. */
  encryptionKey: string
  /** Replaces the fault rules, as `PUT /__simulator/faults` does. */
  setFaults: (rules: readonly FaultRule[]) => void
  /** Signs a token without a client having to ask; another scope makes one that is refused with 403. */
  issueToken: (scope?: string) => Promise<string>
  /** Stops listening, ends open connections and waits for the data file. */
  close: () => Promise<void>
}

/**
 * Starts an Admin API simulator.
 * @throws Error when the port is taken or the data file is unreadable.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const saved = options.dataFile === undefined ? null : readDataFile(options.dataFile)
  const settings = resolveOptions(options, saved)
  const stores = new TenantStores(settings, saved?.tenants ?? [])
  const { encryptionKey, signingKey } = settings
  const file =
    settings.dataFile === null
      ? null
      : new DataFile(settings.dataFile, () => ({ encryptionKey, signingKey, tenants: stores.all() }))
  const save = async (): Promise<void> => await file?.save()
  await save()
  const faults = new Faults()
  const requestLog = new RequestLog(settings.requestLogSize)
  const server = createServer(createApp({ settings, stores, faults, requestLog, save }))
  await listen(server, settings.port, settings.host)
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const origin = `http://${isAnyAddress(settings.host) ? '127.0.0.1' : host}:${(server.address() as AddressInfo).port}`
  return {
    url: settings.pathBase === '' ? origin : `${origin}/${settings.pathBase}`,
    controlUrl: `${origin}/__simulator`,
    encryptionKey,
    setFaults: (rules) => faults.replace(rules),
    issueToken: (scope = fullAccessScope) => signToken(settings, 'simulator', 'Simulator', scope),
    close: async () => {
      await close(server)
      await save()
    },
  }
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
