import type { operations } from '@edfi-tenants/contract'
import { Failure, hasScope } from '@edfi-tenants/core'
import { assertFuture, requestInstanceUpdate, wrongStatus } from '@edfi-tenants/jobs'
import {
  appendAuditEvents,
  lockInstance,
  readInstance,
  updateInstance,
  type Database,
  type InstanceRow,
} from '@edfi-tenants/store'
import type { AnswerOf } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { found } from '../http/found.js'
import { acceptedHeaders } from '../jobs/accept-job.js'
import { presentJob } from '../jobs/present-job.js'
import type { Parts } from '../parts.js'
import { presentInstance } from './present-instance.js'

type Change = typeof operations.updateInstance

/**
 * `PATCH /v1/instances/{id}`: what is only ours changes at once; contexts and type, which Admin API has too, by a job.
 * The job is asked for first: when it is refused, nothing has changed.
 */
export async function changeInstance(parts: Parts, call: Call<Change>): Promise<AnswerOf<Change>> {
  const { contexts, instanceType, ...atOnce } = call.body
  const { database } = parts.store
  const read = async (from: Database) => found(await readInstance(from, call.params.id, call.actor.tenants))
  const before = await read(database)
  if (atOnce.expiresAt != null) {
    // It is a deletion that was asked for early.
    if (!hasScope(call.actor.scopes, 'instances:delete'))
      throw new Failure('insufficient_scope', 'Setting "expiresAt" needs the scope "instances:delete" too.')
    assertFuture(atOnce.expiresAt)
  }
  assertChangeable(before, atOnce)
  const registered = {
    ...(contexts === undefined ? {} : { contexts }),
    ...(instanceType === undefined ? {} : { instanceType }),
  }
  const job =
    Object.keys(registered).length > 0 ? await requestInstanceUpdate(database, before, registered, call.origin) : null
  if (job) parts.ringer.request()
  if (Object.keys(atOnce).length > 0)
    await database.transaction(async (inside) => {
      const locked = await lockInstance(inside, before.id)
      if (locked) assertChangeable(locked, atOnce)
      await updateInstance(inside, before.id, atOnce)
      const { tenant, id: instanceId, name: target } = before
      await appendAuditEvents(inside, [
        call.audited({ tenant, instanceId, target, details: { fields: Object.keys(atOnce) } }),
      ])
    })
  const instance = presentInstance(await read(database))
  if (!job) return { status: 200, body: instance }
  return { status: 202, headers: acceptedHeaders(job.id), body: { job: presentJob(job), instance } }
}

/** What is gone cannot be changed, and what is being deleted can no longer be protected from it. */
function assertChangeable(instance: InstanceRow, change: { deletionProtection?: boolean | undefined }): void {
  const { name, status, activeJobId } = instance
  if (status === 'deleted' || status === 'purged') throw wrongStatus(instance)
  if (status === 'deleting' && change.deletionProtection === true)
    throw new Failure('instance_busy', `Instance "${name}" is being deleted.`, {
      extensions: activeJobId ? { job: { id: activeJobId, href: `/v1/jobs/${activeJobId}` } } : {},
    })
}
