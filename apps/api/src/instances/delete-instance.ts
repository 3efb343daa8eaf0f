import type { operations } from '@edfi-tenants/contract'
import { isFailure } from '@edfi-tenants/core'
import { assertDeletable, assertUnused, requestDelete } from '@edfi-tenants/jobs'
import { readInstance, type InstanceRow } from '@edfi-tenants/store'
import type { AnswerOf } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { found } from '../http/found.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'

type Delete = typeof operations.deleteInstance

/** How long Admin API is asked which applications use the instance, in milliseconds. */
const askForMs = 5_000

/** `DELETE /v1/instances/{id}`: everything that can be refused is refused before a job is written. */
export async function deleteInstance(parts: Parts, call: Call<Delete>): Promise<AnswerOf<Delete>> {
  const { query, params, actor, origin } = call
  const instance = found(await readInstance(parts.store.database, params.id, actor.tenants))
  assertDeletable(instance, query, parts.deletePolicy)
  const isInUse = instance.activeJobId === null && ['active', 'stopped', 'failed'].includes(instance.status)
  if (query.applications === 'refuse' && isInUse) await assertNoApplications(parts, instance)
  return acceptInstanceJob(parts, call, (database) =>
    requestDelete(database, instance.id, origin, query, parts.deletePolicy),
  )
}

/** When Admin API cannot say which applications there are, the job asks it again before anything is changed. */
async function assertNoApplications(parts: Parts, instance: InstanceRow): Promise<void> {
  try {
    await assertUnused(parts, instance, AbortSignal.timeout(askForMs))
  } catch (error) {
    if (isFailure(error) && error.code === 'applications_attached') throw error
    if (isFailure(error) && error.code === 'control_database_unavailable') throw error
    parts.log.info('Admin API could not say which applications use an instance; its job will ask again', {
      instanceId: instance.id,
      error,
    })
  }
}
