import { jobStatuses, stepStatuses } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { jsonObject, tenantName, time, uuid } from './fields.js'
import { listQuery, pageOf } from './paging.js'
import { problemSchema } from './problems.js'
import { closed, nullable, oneOfWords } from './schema.js'

/** One step of a job. */
export const stepSchema = closed(
  {
    name: Type.String(),
    status: oneOfWords(stepStatuses),
    attempts: Type.Integer(),
    startedAt: nullable(time()),
    finishedAt: nullable(time()),
    durationMs: nullable(Type.Integer()),
    detail: nullable(Type.String()),
    error: nullable(problemSchema),
  },
  { title: 'Step' },
)
export type Step = Static<typeof stepSchema>

const outcome = closed(
  {
    instanceUsable: Type.Boolean({ description: 'Whether the instance can be used as it is now.' }),
    repeatable: Type.Boolean({ description: 'Whether the same request, or a retry of the job, may succeed.' }),
    compensation: oneOfWords(['none', 'done', 'partial'], { description: 'Whether what had been done was undone.' }),
    leftovers: Type.Array(Type.String(), { description: 'What could not be undone.' }),
  },
  { title: 'JobOutcome' },
)

/** What a client polls. */
export const jobSchema = closed(
  {
    id: uuid(),
    number: Type.Integer(),
    type: Type.String({ description: 'For example `instance.create` or `server.test`.' }),
    status: oneOfWords(jobStatuses),
    waitingFor: nullable(Type.String(), { description: 'What a waiting job waits for, in words.' }),
    progress: Type.Integer({ minimum: 0, maximum: 100 }),
    tenant: nullable(Type.String()),
    instanceId: nullable(uuid()),
    batchId: nullable(uuid()),
    ref: nullable(Type.String(), { description: 'The client’s own reference of a batch item.' }),
    attempt: Type.Integer({ minimum: 1 }),
    steps: Type.Array(stepSchema),
    error: nullable(problemSchema),
    outcome: nullable(outcome, { description: 'Null until the job has ended.' }),
    result: nullable(jsonObject()),
    requestedBy: Type.String(),
    onBehalfOf: nullable(Type.String()),
    createdAt: time(),
    startedAt: nullable(time()),
    finishedAt: nullable(time()),
  },
  { title: 'Job' },
)
export type Job = Static<typeof jobSchema>

/** The body of a 202 for work that concerns no single instance, and of cancel and retry. */
export const jobAccepted = closed({ job: jobSchema }, { title: 'JobAccepted' })
export type JobAccepted = Static<typeof jobAccepted>

/** `GET /v1/jobs`. */
export const jobPage = pageOf('JobPage', jobSchema)
export type JobPage = Static<typeof jobPage>

/** The query of `GET /v1/jobs`. */
export const jobListQuery = listQuery({
  status: Type.Optional(oneOfWords(jobStatuses)),
  type: Type.Optional(
    Type.String({
      maxLength: 60,
      pattern: '^[a-z]+(?:-[a-z]+)*\\.[a-z]+(?:-[a-z]+)*$',
      'x-rule': 'must be the type of a job, for example instance.create',
    }),
  ),
  tenant: Type.Optional(tenantName()),
  instanceId: Type.Optional(uuid()),
  batchId: Type.Optional(uuid()),
})

/** Longest wait that `Prefer: wait=N` is granted, in seconds; below what proxies usually allow. */
export const maxWaitSeconds = 30

/**
 * The seconds that a `Prefer` header asks to wait, at most {@link maxWaitSeconds}; 0 without a `wait` preference.
 * RFC 7240 section 2: a preference that is not understood is ignored, never refused.
 */
export function preferredWaitSeconds(prefer: string | undefined): number {
  for (const preference of prefer?.split(/[,;]/) ?? []) {
    const wait = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*$/i.exec(preference)?.[1]
    if (wait !== undefined) return Math.min(Number(wait), maxWaitSeconds)
  }
  return 0
}
