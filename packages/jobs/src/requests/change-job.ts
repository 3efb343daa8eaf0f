import { Failure, isFinished, isRetryable, isStepDone } from '@edfi-tenants/core'
import {
  appendAuditEvents,
  lockInstance,
  readJob,
  reopenBatches,
  requestCancel,
  restartJobs,
  violatedConstraint,
  type Database,
  type InstanceRow,
  type JobRestart,
  type JobRow,
} from '@edfi-tenants/store'
import { jobCatalogue } from '../catalogue.js'
import { pivotPosition, type JobDefinition } from '../engine/define-job.js'
import { busy } from './request-jobs.js'
import { accepted, type RequestOrigin } from './request-origin.js'

const subject = (job: JobRow) => ({ tenant: job.tenant, instanceId: job.instanceId, target: job.id })

/** Asks for a job to be cancelled: it undoes what it did. Fails with `job_not_cancellable` when it is too late for that. */
export async function cancelJob(database: Database, job: JobRow, origin: RequestOrigin): Promise<JobRow> {
  const definition = jobCatalogue.get(job.type)
  const pivot = definition?.pivot ? job.steps[pivotPosition(definition)] : undefined
  const passed = pivot !== undefined && isStepDone(pivot.status)
  if (isFinished(job.status) || passed)
    throw new Failure(
      'job_not_cancellable',
      passed ? 'The job has passed the point after which it only goes forward.' : `The job has ${job.status} already.`,
    )
  if (!(await requestCancel(database, job.id))) throw new Failure('job_not_cancellable', 'The job has ended meanwhile.')
  await appendAuditEvents(database, [accepted(origin, 'job.cancel', subject(job))])
  return (await readJob(database, job.id, '*')) ?? job
}

/**
 * Queues a failed or cancelled job again: it goes on from its first step that does not stand. Fails with
 * `job_not_retryable`, or as a new request would when name or instance were taken since.
 */
export async function retryJob(database: Database, job: JobRow, origin: RequestOrigin): Promise<JobRow> {
  if (job.batchId !== null) await reopenBatches(database, [job.batchId])
  const instance = job.instanceId === null ? null : await lockInstance(database, job.instanceId)
  const definition = retryableDefinition(job, instance)
  try {
    const restarted = await restartJobs(database, [restartOf(job.id, definition)])
    if (restarted.length === 0) throw new Failure('job_not_retryable', 'The job is in another state meanwhile.')
  } catch (error) {
    switch (violatedConstraint(error)) {
      case 'jobs_changing_instance_key':
        throw await busy(database, job.instanceId ?? '')
      case 'instances_held_name_key':
        throw new Failure('name_taken', 'The name of the instance was taken by another one since.')
      case 'instances_held_database_name_key':
        throw new Failure('database_name_taken', 'The name of the database was taken by another instance since.')
      default:
        throw error
    }
  }
  await appendAuditEvents(database, [accepted(origin, 'job.retry', subject(job))])
  return (await readJob(database, job.id, '*')) ?? job
}

/** What restarting a job of a definition begins with. */
export const restartOf = (jobId: string, definition: JobDefinition): JobRestart => ({
  jobId,
  needsSlot: definition.steps.some((step) => step.usesServer),
  instanceProvisioning: definition.createsInstance ?? false,
})

/**
 * The definition by which a job can be tried again. Fails with `job_not_retryable`: also for a job whose instance has
 * gone on without it.
 */
export function retryableDefinition(
  job: Pick<JobRow, 'type' | 'status' | 'definitionVersion'>,
  instance: Pick<InstanceRow, 'name' | 'status'> | null,
): JobDefinition {
  const definition = jobCatalogue.get(job.type)
  if (!definition || !isRetryable(job.status)) throw new Failure('job_not_retryable', `The job is ${job.status}.`)
  if (definition.version !== job.definitionVersion)
    throw new Failure('job_not_retryable', 'The steps of this kind of job have changed since; ask for it anew.')
  const { retryWhen, createsInstance } = definition
  const allowed =
    retryWhen ?? (createsInstance ? ['provisioning', 'failed'] : ['provisioning', 'active', 'stopped', 'failed'])
  if (instance && !allowed.includes(instance.status))
    throw new Failure('job_not_retryable', `Its instance "${instance.name}" is ${instance.status} by now.`)
  return definition
}
