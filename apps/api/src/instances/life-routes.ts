import { operations } from '@edfi-tenants/contract'
import { requestRename, requestStart, requestStop, requestUndelete } from '@edfi-tenants/jobs'
import { readInstance } from '@edfi-tenants/store'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { deleteInstance } from './delete-instance.js'

/** What happens to an instance between its creation and its end. */
export function instanceLifeRoutes(parts: Parts): Route[] {
  /** The id of an instance within the client's bound. */
  const idOf = async ({ params, actor }: Pick<Parameters<typeof deleteInstance>[1], 'params' | 'actor'>) =>
    found(await readInstance(parts.store.database, params.id, actor.tenants)).id

  return [
    route(operations.deleteInstance, (call) => deleteInstance(parts, call)),

    route(operations.undeleteInstance, async (call) => {
      const id = await idOf(call)
      return acceptInstanceJob(parts, call, (database) => requestUndelete(database, id, call.origin))
    }),

    route(operations.stopInstance, async (call) => {
      const id = await idOf(call)
      return acceptInstanceJob(parts, call, (database) => requestStop(database, id, call.origin))
    }),

    route(operations.startInstance, async (call) => {
      const id = await idOf(call)
      return acceptInstanceJob(parts, call, (database) => requestStart(database, id, call.origin))
    }),

    route(operations.renameInstance, async (call) => {
      const id = await idOf(call)
      const { reservedDatabaseNames } = parts
      return acceptInstanceJob(parts, call, (database) =>
        requestRename(database, id, call.origin, call.body, { reservedDatabaseNames }),
      )
    }),
  ]
}
