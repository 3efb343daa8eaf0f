import type { Environment } from '@edfi-tenants/contract'
import type { EnvironmentRow } from '@edfi-tenants/store'
import { presentHooks } from '../hooks/present-hooks.js'

/** An environment as clients see it; no secret is on a row. */
export const presentEnvironment = (row: EnvironmentRow): Environment => ({
  name: row.name,
  engine: row.engine,
  adminApi: {
    url: row.adminApiUrl,
    clientId: row.adminApiClientId,
    mode: row.adminApiMode,
    multiTenant: row.multiTenant,
    timeoutMs: row.timeoutMs,
    maxConcurrency: row.maxConcurrency,
  },
  odsApi: row.odsApi && {
    baseUrl: row.odsApi.baseUrl,
    contextRouteTemplate: row.odsApi.contextRouteTemplate ?? null,
    hasEncryptionKey: row.hasEncryptionKey,
    notifications: row.odsApi.notifications ?? null,
    probe: row.odsApi.probe ?? null,
  },
  dataStandard: row.dataStandard,
  hooks: presentHooks(row.hooks),
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
