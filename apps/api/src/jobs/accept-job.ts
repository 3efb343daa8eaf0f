import { operations, pathOf, type Job, type Operation } from '@edfi-tenants/contract'
import type { Database, JobRow } from '@edfi-tenants/store'
import type { Call } from '../http/call.js'
import type { Parts } from '../parts.js'
import { presentJob } from './present-job.js'

/** Headers of a 202: where to poll, and how soon in seconds. */
export const acceptedHeaders = (jobId: string) => ({
  Location: pathOf(operations.getJob, { id: jobId }),
  'Retry-After': '2',
})

/**
 * Takes work as a job: writes it (with the answer to be replayed, where the client sent a key, in one transaction), rings,
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
  const answer = call.isKept ? await parts.store.database.transaction(accept) : await accept(parts.store.database)
  parts.ringer.request()
  return answer
}
