import type { operations } from '@edfi-tenants/contract'
import { requestCreateInstance, type CreateInstanceAnswer } from '@edfi-tenants/jobs'
import type { AnswerOf } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { acceptedHeaders } from '../jobs/accept-job.js'
import { presentJob } from '../jobs/present-job.js'
import type { Parts } from '../parts.js'
import { planInstance } from './plan-instance.js'
import { presentInstance } from './present-instance.js'

type Create = typeof operations.createInstance

/** `POST /v1/instances`: a job, the job or instance that the same request had before, or only the plan. */
export async function createInstance(parts: Parts, call: Call<Create>): Promise<AnswerOf<Create>> {
  if (call.query.validateOnly) return { status: 200, body: await planInstance(parts, call) }
  const taken = await requestCreateInstance(
    parts.store,
    { ...call.origin, body: call.body, reservedDatabaseNames: parts.reservedDatabaseNames },
    call.isKept ? (database, answer) => call.keep(database, presentTaken(answer)) : undefined,
  )
  if (taken.created) parts.ringer.request()
  return presentTaken(taken)
}

/** A taken request for a new instance, made from whatever: the job beside the instance, or the instance that is there. */
export function presentTaken({ status, job, instance }: CreateInstanceAnswer) {
  if (status === 200) return { status: 200 as const, body: presentInstance(instance) }
  return {
    status: 202 as const,
    headers: acceptedHeaders(job.id),
    body: { job: presentJob(job), instance: presentInstance(instance) },
  }
}
