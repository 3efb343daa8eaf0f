import { operations, pathOf, type Instance, type Job, type Operation } from '@edfi-tenants/contract'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import type { Call } from '../http/call.js'
import { presentInstance } from '../instances/present-instance.js'
import type { Parts } from '../parts.js'
import { presentJob } from './present-job.js'

/** Headers of a 202: where to poll, and how soon in seconds. */
export const acceptedHeaders = (jobId: string) => ({
  Location: pathOf(operations.getJob, { id: jobId }),
  'Retry-After': '2',
})

/**
 * Takes work as a job: writes it in a transaction (with the answer to be replayed, where the client sent a key), rings,
 * and answers 202. The row is the truth, so a queue that is away changes nothing here.
 */
export async function acceptJob<O extends Operation>(
  parts: Parts,
  call: Call<O>,
  write: (database: Database) => Promise<JobRow>,
): Promise<{ status: 202; headers: ReturnType<typeof acceptedHeaders>; body: { job: Job } }> {
  const accept = async (database: Database) => {
    const job = await write(database)
    const answer = { status: 202 as const, headers: acceptedHeaders(job.id), body: { job: presentJob(job) } }
    await call.keep(database, answer)
    return answer
  }
  const answer = await parts.store.database.transaction(accept)
  parts.ringer.request()
  return answer
}

/** The same for a job that changes one instance, which is answered beside it as it is now. */
export async function acceptInstanceJob<O extends Operation>(
  parts: Parts,
  call: Call<O>,
  write: (database: Database) => Promise<{ job: JobRow; instance: InstanceRow }>,
): Promise<{
  status: 202
  headers: ReturnType<typeof acceptedHeaders>
  body: { job: Job; instance: Instance }
}> {
  const answer = await parts.store.database.transaction(async (database) => {
    const { job, instance } = await write(database)
    const body = {
      job: presentJob(job),
      instance: presentInstance({ ...instance, activeJobId: activeAfter(job, instance) }),
    }
    const accepted = { status: 202 as const, headers: acceptedHeaders(job.id), body }
    await call.keep(database, accepted)
    return accepted
  })
  parts.ringer.request()
  return answer
}

/** A job that does not change the instance leaves its place to one that does. */
const activeAfter = (job: JobRow, instance: InstanceRow): string | null =>
  job.changing ? job.id : instance.activeJobId
