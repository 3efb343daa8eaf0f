import { jobStatuses } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { time, uuid } from './fields.js'
import { listQuery } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

const number = (description: string) => Type.Integer({ minimum: 0, description })

/** Many jobs asked for at once. */
export const batchSchema = closed(
  {
    id: uuid(),
    number: Type.Integer({ description: 'A short number of ours, never reused.' }),
    operation: Type.String({ description: 'What its items ask for, for example `health.check`.' }),
    status: oneOfWords(['running', 'succeeded', 'failed', 'cancelled'], {
      description: '`running` until every job has ended; then `failed` when one has failed, `cancelled` when one was.',
    }),
    total: number('Items asked for.'),
    counts: closed(
      {
        queued: number('Not begun.'),
        running: number('At work, or waiting for something.'),
        succeeded: number('Done.'),
        failed: number('Given up; see each job for why.'),
        cancelled: number('Given up on request.'),
        unchanged: number('Items for which there was nothing to do.'),
      },
      { title: 'BatchCounts' },
    ),
    etaSeconds: nullable(Type.Integer(), {
      description: 'From how long the jobs that have ended took; null before the first of them.',
    }),
    tenants: Type.Array(Type.String(), { description: 'Whose items they are; empty: all tenants.' }),
    requestedBy: Type.String(),
    onBehalfOf: nullable(Type.String()),
    createdAt: time(),
    finishedAt: nullable(time()),
  },
  { title: 'Batch' },
)
export type Batch = Static<typeof batchSchema>

/** The body of a 202 for a batch. */
export const batchAccepted = closed({ batch: batchSchema }, { title: 'BatchAccepted' })

/** The query of `GET /v1/batches/{id}/jobs`; in the order of the items. */
export const batchJobsQuery = listQuery({ status: Type.Optional(oneOfWords(jobStatuses)) })
