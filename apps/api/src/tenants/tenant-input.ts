import type { TenantChange, TenantRequest } from '@edfi-tenants/contract'
import { invalid } from '@edfi-tenants/contract'
import { Failure } from '@edfi-tenants/core'
import {
  listEnvironments,
  listServersOfTenant,
  readEnvironment,
  type EnvironmentRow,
  type Records,
  type TenantSettings,
} from '@edfi-tenants/store'

/** The settings of a tenant as the store takes them; what a change leaves out stays out. */
export function tenantSettings(request: TenantRequest | TenantChange): Partial<TenantSettings> {
  const { displayName, defaults, databaseNamePattern, maxInstances, healthPolicy, archivePolicy } = request
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(databaseNamePattern === undefined ? {} : { databaseNamePattern }),
    ...(maxInstances === undefined ? {} : { maxInstances }),
    ...(healthPolicy === undefined ? {} : { healthPolicy }),
    ...(archivePolicy === undefined ? {} : { archivePolicy }),
    ...(defaults === undefined
      ? {}
      : {
          defaultServer: defaults?.server ?? null,
          defaultTemplate: defaults?.template ?? null,
          defaultInstanceType: defaults?.instanceType ?? null,
        }),
  }
}

/** What a new tenant has unless it says otherwise. */
export const noSettings: TenantSettings = {
  displayName: null,
  defaultServer: null,
  defaultTemplate: null,
  defaultInstanceType: null,
  databaseNamePattern: null,
  maxInstances: null,
}

/** The environment named (`validation_failed` when there is none), or the only one there is; `environment_required` otherwise. */
export async function environmentOf(records: Records, name: string | undefined): Promise<EnvironmentRow> {
  if (name !== undefined) {
    const named = await readEnvironment(records, name)
    if (named) return named
    throw invalid([{ pointer: '/environment', detail: 'is not the name of an environment' }])
  }
  const [only, ...others] = await listEnvironments(records, { after: null, limit: 2 })
  if (only && others.length === 0) return only
  throw new Failure('environment_required', only ? 'There are several environments.' : 'There is no environment yet.')
}

/** Refuses, as `unknown_server`, a default server that is not there or does not serve the tenant. */
export async function assertServer(records: Records, tenant: string, server: string | null | undefined): Promise<void> {
  if (server == null) return
  const serving = await listServersOfTenant(records, tenant)
  if (!serving.some(({ name }) => name.toLowerCase() === server.toLowerCase()))
    throw new Failure('unknown_server', `There is no database server "${server}" for tenant "${tenant}".`)
}
