import { operations } from '@edfi-tenants/contract'
import { cloneSource, interruptionBy, requestCreateInstance } from '@edfi-tenants/jobs'
import { readInstance } from '@edfi-tenants/store'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import { presentTaken } from '../instances/create-instance.js'
import { planInstance } from '../instances/plan-instance.js'
import type { Parts } from '../parts.js'

/** `POST /v1/instances/{id}/clone`. */
export const cloneRoutes = (parts: Parts): Route[] => [
  route(operations.cloneInstance, async (call) => {
    const { store, reservedDatabaseNames } = parts
    const { method, allowDowntime, register, ...asked } = call.body
    const source = found(await readInstance(store.database, call.params.id, call.actor.tenants))
    const order = { method, allowDowntime, register }
    const from = await cloneSource(store.database, source, order)
    const body = { ...asked, tenant: asked.tenant ?? source.tenant }
    if (call.query.validateOnly) {
      const plan = await planInstance(parts, { actor: call.actor, body }, from)
      return { status: 200 as const, body: { ...plan, interruption: interruptionBy(source, order) } }
    }
    const taken = await requestCreateInstance(
      store,
      { ...call.origin, body, from, reservedDatabaseNames },
      call.isKept ? (database, answer) => call.keep(database, presentTaken(answer)) : undefined,
    )
    if (taken.created) parts.ringer.request()
    return presentTaken(taken)
  }),
]
