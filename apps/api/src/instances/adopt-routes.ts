import { operations } from '@edfi-tenants/contract'
import { requestAdoption, requestRelease, requestRelocate, requestReregister } from '@edfi-tenants/jobs'
import { readInstance } from '@edfi-tenants/store'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { presentTaken } from './create-instance.js'

/** How long Admin API is asked about a registration that is to be taken over, in milliseconds. */
const askForMs = 10_000

/** Taking databases on, registering them again, and letting them go. */
export const adoptRoutes = (parts: Parts): Route[] => [
  route(operations.adoptInstance, async (call) => {
    const { reservedDatabaseNames } = parts
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(askForMs)])
    const taken = await requestAdoption(
      parts,
      { ...call.origin, body: call.body, reservedDatabaseNames, signal },
      call.isKept ? (database, answer) => call.keep(database, presentTaken(answer)) : undefined,
    )
    if (taken.created) parts.ringer.request()
    return presentTaken(taken)
  }),

  route(operations.reregisterInstance, async (call) => {
    const { id } = found(await readInstance(parts.store.database, call.params.id, call.actor.tenants))
    return acceptInstanceJob(parts, call, (database) => requestReregister(database, id, call.origin, call.body))
  }),

  route(operations.relocateInstance, async (call) => {
    const { reservedDatabaseNames, store } = parts
    const instance = found(await readInstance(store.database, call.params.id, call.actor.tenants))
    return acceptInstanceJob(parts, call, (database) =>
      requestRelocate(database, instance, call.origin, call.body, { reservedDatabaseNames }),
    )
  }),

  route(operations.releaseInstance, async (call) => {
    const { id } = found(await readInstance(parts.store.database, call.params.id, call.actor.tenants))
    const { confirm, registration = 'keep' } = call.body
    return acceptInstanceJob(parts, call, (database) =>
      requestRelease(database, id, call.origin, { confirm, registration }, parts.deletePolicy),
    )
  }),
]
