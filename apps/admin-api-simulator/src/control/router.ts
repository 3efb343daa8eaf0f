import { timingSafeEqual } from 'node:crypto'
import express, { Router } from 'express'
import { decryptConnectionString } from '../connection-strings/encryption.js'
import type { Settings } from '../options.js'
import type { TenantStores } from '../store/tenant-stores.js'
import { readFaultRules } from './fault-rules.js'
import type { Faults } from './faults.js'
import type { RequestLog } from './request-log.js'

/** What the control endpoint can look at and change. */
export interface ControlParts {
  settings: Settings
  stores: TenantStores
  faults: Faults
  requestLog: RequestLog
  /** Writes the data file, if there is one. */
  save: () => Promise<void>
}

/** `/__simulator`: everything the imitated API does not have. */
export function controlRouter({ settings, stores, faults, requestLog, save }: ControlParts): Router {
  const router = Router()
  router.use((request, response, next) => {
    if (isAllowed(settings, request.get('authorization'))) next()
    else response.status(401).json({ message: 'The control token is missing or wrong.' })
  })
  router.put('/faults', express.json(), (request, response) => {
    try {
      faults.replace(readFaultRules(request.body))
      response.json(faults.list())
    } catch (error) {
      response.status(400).json({ message: error instanceof Error ? error.message : String(error) })
    }
  })
  router.get('/faults', (_request, response) => void response.json(faults.list()))
  router.delete('/faults', (_request, response) => {
    faults.replace([])
    response.status(204).end()
  })
  router.get('/tenants/:tenant/odsInstances', (request, response) => {
    const tenant = stores.find(request.params.tenant)
    const rows = tenant?.odsInstances.rows ?? []
    response.json(
      rows.map(({ connectionString: storedConnectionString, ...row }) => ({
        ...row,
        storedConnectionString,
        connectionString: decryptConnectionString(storedConnectionString, settings.encryptionKey),
        contexts: tenant?.odsInstanceContexts.rows.filter(({ odsInstanceId }) => odsInstanceId === row.id),
        derivatives: tenant?.odsInstanceDerivatives.rows.filter(({ odsInstanceId }) => odsInstanceId === row.id),
      })),
    )
  })
  router.get('/requests', (_request, response) => void response.json(requestLog.report()))
  router.delete('/requests', (_request, response) => {
    requestLog.clear()
    response.status(204).end()
  })
  router.delete('/state', async (_request, response) => {
    stores.reset()
    faults.replace([])
    requestLog.clear()
    await save()
    response.status(204).end()
  })
  return router
}

function isAllowed({ controlToken }: Settings, header: string | undefined): boolean {
  if (controlToken === null) return true
  const [given, expected] = [Buffer.from(header ?? ''), Buffer.from(`Bearer ${controlToken}`)]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
