import { operations } from '@edfi-tenants/contract'
import { requestDerivative, requestDerivativeDeletion, requestDerivativeRefresh } from '@edfi-tenants/jobs'
import { readInstance } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { assertAllowedTarget } from '../http/assert-allowed-target.js'
import type { Call } from '../http/call.js'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { presentDerivative } from './present-derivative.js'

/** `/v1/instances/{id}/derivatives`. */
export const derivativeRoutes = (parts: Parts): Route[] => {
  const instanceOf = async ({ params, actor }: Pick<Call<typeof operations.getInstance>, 'params' | 'actor'>) =>
    found(await readInstance(parts.store.database, params.id, actor.tenants))

  return [
    route(operations.listDerivatives, async (call) =>
      ok({ items: (await instanceOf(call)).derivatives.map(presentDerivative) }),
    ),

    route(operations.createDerivative, async (call) => {
      const { id } = await instanceOf(call)
      const { body } = call
      // ODS/API signs in there with the instance's login, so it is held to the same list as addresses we call.
      if ('registered' in body) assertAllowedTarget(parts.allowedTargets, body.registered.host, '/registered/host')
      return acceptInstanceJob(parts, call, (database) => requestDerivative(database, id, call.origin, body))
    }),

    route(operations.deleteDerivative, async (call) => {
      const { id } = await instanceOf(call)
      return acceptInstanceJob(parts, call, (database) =>
        requestDerivativeDeletion(database, id, call.origin, call.params.type),
      )
    }),

    route(operations.refreshDerivative, async (call) => {
      const { id } = await instanceOf(call)
      return acceptInstanceJob(parts, call, (database) =>
        requestDerivativeRefresh(database, id, call.origin, call.params.type, call.body),
      )
    }),
  ]
}
