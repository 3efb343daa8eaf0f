import { asFailure, Failure, type ProblemCode } from '@edfi-tenants/core'
import {
  forgiveNoMoreThanThere,
  isDeadlock,
  lockBatch,
  lockEndedJobs,
  reopenBatches,
  restartJobs,
  violatedConstraint,
  type BatchRow,
  type Database,
  type EndedJob,
  type JobRestart,
  type Store,
} from '@edfi-tenants/store'
import { restartOf, retryableDefinition } from '../change-job.js'
import type { RequestOrigin } from '../request-origin.js'
import { controlled } from './control-batch.js'

/** A job that could not be begun again, and why. */
export interface RefusedRetry {
  jobId: string
  ref: string | null
  code: ProblemCode
  detail: string
}

/** What became of a request to try again what had failed. */
export interface RetryAnswer {
  batch: BatchRow
  retried: number
  refused: RefusedRetry[]
}

/** A name taken between our look and our write makes one more try worth while; more would be a contest. */
const tries = 3

/**
 * Queues the failed jobs of a batch again, and on request the cancelled ones, each as `retryJob` would: those that cannot
 * be are named, and keep no other from it. `record` runs in the same transaction. Whoever calls rings afterwards.
 */
export async function retryBatch(
  store: Store,
  id: string,
  origin: RequestOrigin,
  options: { includeCancelled: boolean },
  record?: (database: Database, answer: RetryAnswer) => Promise<void>,
): Promise<RetryAnswer> {
  for (let tried = 1; ; tried++) {
    try {
      return await store.database.transaction(async (database) => {
        const answer = await retry(database, id, origin, options)
        await record?.(database, answer)
        return answer
      })
    } catch (error) {
      if ((violatedConstraint(error) === null && !isDeadlock(error)) || tried === tries) throw error
    }
  }
}

async function retry(
  database: Database,
  id: string,
  origin: RequestOrigin,
  { includeCancelled }: { includeCancelled: boolean },
): Promise<RetryAnswer> {
  const batch = await lockBatch(database, id, origin.actor.tenants)
  if (!batch) throw new Failure('not_found', 'There is no such batch.')
  const jobs = await lockEndedJobs(database, id, includeCancelled ? ['failed', 'cancelled'] : ['failed'])
  const { restarts, refused } = sort(jobs)
  if (restarts.length > 0) {
    await reopenBatches(database, [id])
    await restartJobs(database, restarts)
    await forgiveNoMoreThanThere(database, id)
  }
  const retried = restarts.length
  const details = { retried, refused: refused.length }
  return { batch: await controlled(database, batch, origin, 'batch.retry-failed', details), retried, refused }
}

/** Which jobs can be begun again, side by side. */
function sort(jobs: readonly EndedJob[]): { restarts: JobRestart[]; refused: RefusedRetry[] } {
  const restarts: JobRestart[] = []
  const refused: RefusedRetry[] = []
  const changed = new Set<string>()
  for (const job of jobs) {
    try {
      const restart = restartFor(job)
      if (job.instanceId !== null && changed.has(job.instanceId))
        throw new Failure('instance_busy', 'Another job of this batch for the same instance is tried again.')
      if (job.instanceId !== null) changed.add(job.instanceId)
      restarts.push(restart)
    } catch (error) {
      const { code, message: detail } = asFailure(error)
      refused.push({ jobId: job.id, ref: job.ref, code, detail })
    }
  }
  return { restarts, refused }
}

function restartFor(job: EndedJob): JobRestart {
  const definition = retryableDefinition(job, job.instance)
  const name = job.instance?.name ?? ''
  if (definition.changing && job.busyWith !== null)
    throw new Failure('instance_busy', `Job ${job.busyWith} is changing "${name}".`)
  if (definition.createsInstance && job.nameTaken)
    throw new Failure('name_taken', `The name "${name}" was taken by another instance since.`)
  if (definition.createsInstance && job.databaseNameTaken)
    throw new Failure('database_name_taken', `The database name of "${name}" was taken by another instance since.`)
  return restartOf(job.id, definition)
}
