import type { DatabaseServer, ServerDatabase } from '@edfi-tenants/contract'
import type { DatabaseServerRow } from '@edfi-tenants/store'
import { presentHooks } from '../hooks/present-hooks.js'

const login = (username: string, passwordFrom: string | null) => ({
  username,
  ...(passwordFrom === null ? {} : { passwordFrom }),
})

/** A database server as clients see it; no secret is on a row. */
export const presentServer = (row: DatabaseServerRow): DatabaseServer => ({
  name: row.name,
  engine: row.engine,
  databaseEngine: row.databaseEngine,
  settings: row.settings,
  credentials: login(row.username, row.passwordFrom),
  registeredLogin: row.registeredLogin,
  registeredCredentials:
    row.registeredUsername === null ? null : login(row.registeredUsername, row.registeredPasswordFrom),
  templates: row.templates,
  tenants: row.tenants,
  maxConcurrency: row.maxConcurrency,
  maxInstances: row.maxInstances,
  pool: row.pool,
  workerPool: row.workerPool,
  hooks: presentHooks(row.hooks),
  report: row.report && { serverVersion: reportOf(row).serverVersion ?? '', checks: reportOf(row).checks ?? [] },
  reportedAt: row.reportedAt,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/** What a worker saved of its test; the shape of the provisioner contract's `ServerReport`. */
interface SavedReport {
  serverVersion?: string
  checks?: NonNullable<DatabaseServer['report']>['checks']
  databases?: {
    name: string
    owner: { instanceId: string } | null
    isTemplate: boolean
    allowsConnections: boolean
    sizeBytes: number | null
  }[]
}

const reportOf = (row: DatabaseServerRow): SavedReport => row.report ?? {}

/** The databases that the last test of a server saw, by name. */
export const presentDatabases = (row: DatabaseServerRow): ServerDatabase[] =>
  (reportOf(row).databases ?? [])
    .map(({ name, owner, isTemplate, allowsConnections, sizeBytes }) => ({
      name,
      instanceId: owner?.instanceId ?? null,
      isTemplate,
      allowsConnections,
      sizeBytes,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
