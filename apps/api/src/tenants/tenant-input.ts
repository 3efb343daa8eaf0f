import type { HookRequest, TenantChange, TenantRequest } from '@edfi-tenants/contract'
import { invalid } from '@edfi-tenants/contract'
import { Failure, hasScope, type Actor } from '@edfi-tenants/core'
import type { TargetHosts } from '@edfi-tenants/runtime'
import {
  listEnvironments,
  listServersOfTenant,
  readEnvironment,
  type EnvironmentRow,
  type Records,
  type TenantSettings,
} from '@edfi-tenants/store'
import { assertHookHosts } from '../hooks/hook-input.js'

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

/**
 * Refuses hooks from clients that are bound to tenants: a tenant's hook can stand in the place of its server's or its
 * environment's, and a container is given a connection string. For the same reason it takes the scope of those.
 */
export function assertTenantHooks(
  allowed: TargetHosts,
  { scopes, tenants }: Pick<Actor, 'scopes' | 'tenants'>,
  hooks: readonly HookRequest[] | undefined,
): void {
  if (hooks === undefined) return
  if (tenants !== '*') throw new Failure('outside_grant', 'Hooks are set by clients that are bound to every tenant.')
  if (!hasScope(scopes, 'servers:manage'))
    throw new Failure('insufficient_scope', 'Hooks of a tenant also need the scope "servers:manage".')
  assertHookHosts(allowed, hooks)
}
