import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from '../../scripts/services/free-port.js'
import { startKeeper, type StopStep } from '../../scripts/services/keeper.js'
import { serviceAccount } from '../../scripts/services/service-account.js'
import { giveTo, throwAwayFolder } from '../../scripts/services/service-folder.js'

/** A server of the PostgreSQL that the system's packages have installed, together with its pg_dump and pg_restore. */
export interface SystemPostgres {
  /** postgres://user:password@127.0.0.1:port/postgres, as superuser. */
  url: string
  host: string
  port: number
  user: string
  password: string
  majorVersion: number
  restart(options?: { signal?: 'immediate' }): Promise<void>
  stop(): Promise<void>
}

const host = '127.0.0.1'
const user = 'postgres'
const readyWithinMs = 30_000

const stopSteps = (signal: 'SIGINT' | 'SIGQUIT'): StopStep[] => [
  { signal, waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
]

/** The folder with the newest version's programs, where Debian puts them; null when there is none with a server. */
export function systemPostgresFolder(): string | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : []
  const folders = versions.sort((one, other) => Number(other) - Number(one)).map((name) => path.join(root, name, 'bin'))
  const needed = ['initdb', 'postgres', 'pg_dump', 'pg_restore']
  return folders.find((folder) => needed.every((name) => existsSync(path.join(folder, name)))) ?? null
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * Starts a throw-away server of the system's own PostgreSQL, with TLS where it gets a certificate (PEM texts); null where there is none, and a test then skips. It is
 * needed where the programs have to fit the server: the embedded one comes without pg_dump.
 */
export async function startSystemPostgres(tls?: { certificate: string; key: string }): Promise<SystemPostgres | null> {
  const programs = systemPostgresFolder()
  if (programs === null) return null
  const account = serviceAccount()
  const keeper = startKeeper(account)
  try {
    const folder = await throwAwayFolder(keeper, account, 'edfi-tenants-system-postgres')
    const [data, logFile, passwordFile] = ['pgdata', 'server.log', 'password'].map((name) => path.join(folder, name))
    const password = randomBytes(18).toString('hex')
    writeFileSync(passwordFile!, password, { mode: 0o600 })
    giveTo(account, passwordFile!)
    const run = (command: string, args: string[]) =>
      keeper.start({
        command: path.join(programs, command),
        args,
        cwd: folder,
        logFile: logFile!,
        stopSteps: stopSteps('SIGINT'),
      })
    const made = await run('initdb', [
      `--pgdata=${data}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
    ])
    const { code } = await keeper.waitFor(made.exited)
    if (code !== 0) throw new Error(`initdb failed:\n${readFileSync(logFile!, 'utf8')}`)

    for (const [name, text] of Object.entries({ 'server.crt': tls?.certificate, 'server.key': tls?.key })) {
      if (text === undefined) continue
      writeFileSync(path.join(data!, name), text, { mode: 0o600 })
      giveTo(account, path.join(data!, name))
    }
    const launch = async (port: number): Promise<string> => {
      const url = `postgres://${user}:${password}@${host}:${port}/postgres`
      const settings = {
        listen_addresses: host,
        port,
        unix_socket_directories: '',
        max_connections: 100,
        shared_buffers: '64MB',
        fsync: 'off',
        full_page_writes: 'off',
        ssl: tls ? 'on' : 'off',
      }
      const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      const server = await run('postgres', ['-D', data!, ...options])
      const exited = server.exited.then(() => false)
      const deadline = Date.now() + readyWithinMs
      while (Date.now() < deadline) {
        const outcome = await Promise.race([answers(url).then((answered) => answered || pause(50, null)), exited])
        if (outcome === true) return url
        if (outcome === false) break
      }
      throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile!, 'utf8')}`)
    }
    const port = await freePort()
    const url = await launch(port)
    return {
      url,
      host,
      port,
      user,
      password,
      majorVersion: Number(path.basename(path.dirname(programs))),
      restart: async ({ signal } = {}) => {
        await keeper.stop(stopSteps(signal === 'immediate' ? 'SIGQUIT' : 'SIGINT'))
        await launch(port)
      },
      stop: () => keeper.end(),
    }
  } catch (error) {
    await keeper.end()
    throw error
  }
}
