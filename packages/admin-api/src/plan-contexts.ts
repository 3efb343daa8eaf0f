import { Failure } from '@edfi-tenants/core'
import type { RegisteredContext } from './admin-api.js'

/** What has to be done to the contexts that are there; those not named are right already. */
export interface ContextPlan {
  surplus: RegisteredContext[]
  /** With the key and value they shall have. */
  different: RegisteredContext[]
  missing: Omit<RegisteredContext, 'id'>[]
}

/**
 * Compares contexts. Admin API holds keys that differ only in case for the same, so such a one is changed, not replaced.
 * Two wanted keys of that kind fail with `admin_api_refused`.
 */
export function planContexts(present: readonly RegisteredContext[], wanted: Record<string, string>): ContextPlan {
  const plan: ContextPlan = { surplus: [], different: [], missing: [] }
  const open = new Map<string, Omit<RegisteredContext, 'id'>>()
  for (const [key, value] of Object.entries(wanted)) {
    if (open.has(key.toLowerCase())) {
      throw new Failure('admin_api_refused', `The context keys of an instance must differ in more than case: ${key}.`)
    }
    open.set(key.toLowerCase(), { key, value })
  }
  for (const context of present) {
    const match = open.get(context.key.toLowerCase())
    open.delete(context.key.toLowerCase())
    if (!match) plan.surplus.push(context)
    else if (match.key !== context.key || match.value !== context.value)
      plan.different.push({ ...match, id: context.id })
  }
  plan.missing.push(...open.values())
  return plan
}
