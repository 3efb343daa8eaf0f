import type { Hook } from '@edfi-tenants/contract'
import type { DeploymentHook } from '@edfi-tenants/core'

/** Hooks as clients see them; no secret is on a row. */
export const presentHooks = (hooks: readonly DeploymentHook[]): Hook[] =>
  hooks.map(({ http = null, container = null, ...hook }) => ({ ...hook, http, container }))
