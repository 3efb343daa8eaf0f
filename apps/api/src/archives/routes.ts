import { operations } from '@edfi-tenants/contract'
import { Failure, hasScope } from '@edfi-tenants/core'
import {
  requestArchive,
  requestArchiveDeletion,
  requestArchiveVerification,
  requestCreateInstance,
  restoreSource,
} from '@edfi-tenants/jobs'
import {
  appendAuditEvents,
  listArchives,
  lockArchive,
  readArchive,
  readInstance,
  updateArchive,
} from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { presentTaken } from '../instances/create-instance.js'
import { acceptInstanceJob, acceptJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { presentArchive } from './present-archive.js'

/** `/v1/archives`, and archiving an instance. */
export const archiveRoutes = (parts: Parts): Route[] => [
  route(operations.archiveInstance, async (call) => {
    const { id } = found(await readInstance(parts.store.database, call.params.id, call.actor.tenants))
    return acceptInstanceJob(parts, call, (database) => requestArchive(database, id, call.origin, call.body))
  }),

  route(operations.listArchives, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listArchives(parts.store.database, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentArchive, (row) => row.number))
  }),

  route(operations.getArchive, async ({ actor, params }) =>
    ok(presentArchive(found(await readArchive(parts.store.database, params.id, actor.tenants)))),
  ),

  route(operations.updateArchive, async (call) => {
    const { actor, params, body } = call
    const changed = await parts.store.database.transaction(async (database) => {
      const archive = found(await lockArchive(database, params.id, actor.tenants))
      if (archive.legalHold && body.legalHold === false && !hasScope(actor.scopes, 'instances:delete'))
        throw new Failure('insufficient_scope', 'Lifting a legal hold needs the scope "instances:delete" too.')
      if (body.expiresAt != null && !hasScope(actor.scopes, 'instances:delete'))
        throw new Failure('insufficient_scope', 'Setting "expiresAt" needs the scope "instances:delete" too.')
      if (!(await updateArchive(database, archive.id, body)))
        throw new Failure('archive_not_available', 'The archive was deleted.')
      const { tenant, instanceId, id: target } = archive
      await appendAuditEvents(database, [call.audited({ tenant, instanceId, target, details: { ...body } })])
      return found(await readArchive(database, archive.id, actor.tenants))
    })
    return ok(presentArchive(changed))
  }),

  route(operations.deleteArchive, (call) => {
    if (!parts.deletePolicy.allowDelete)
      throw new Failure('deletion_disabled', 'Deletion is switched off in this installation.')
    return acceptJob(parts, call, (database) =>
      requestArchiveDeletion(database, call.params.id, call.origin, call.query),
    )
  }),

  route(operations.verifyArchive, (call) =>
    acceptJob(parts, call, (database) => requestArchiveVerification(database, call.params.id, call.origin)),
  ),

  route(operations.restoreArchive, async (call) => {
    const { store, reservedDatabaseNames } = parts
    const archive = found(await readArchive(store.database, call.params.id, call.actor.tenants))
    const taken = await requestCreateInstance(
      store,
      { ...call.origin, body: call.body, from: restoreSource(archive), reservedDatabaseNames },
      call.isKept ? (database, answer) => call.keep(database, presentTaken(answer)) : undefined,
    )
    if (taken.created) parts.ringer.request()
    return presentTaken(taken)
  }),
]
