import { jobStatuses } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { batchOptions } from './batch-request.js'
import { credentialSchema } from './credentials.js'
import { tenantName, text, time, uuid } from './fields.js'
import { listQuery, pageOf } from './paging.js'
import { problemSchema } from './problems.js'
import { closed, nullable, oneOfWords } from './schema.js'

const number = (description: string) => Type.Integer({ minimum: 0, description })

const batchStatuses = ['running', 'paused', 'succeeded', 'failed', 'cancelled'] as const

/** Many jobs asked for at once. */
export const batchSchema = closed(
  {
    id: uuid(),
    number: Type.Integer({ description: 'A short number of ours, never reused.' }),
    operation: Type.String({ description: 'What its items ask for, for example `instance.create`.' }),
    status: oneOfWords(batchStatuses, {
      description:
        '`running`, or `paused`, until every job has ended; then `failed` when one has failed, `cancelled` when one was.',
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
      description:
        'From the rate at which the last jobs ended; null before the first of them, and while the batch is paused.',
    }),
    options: closed(
      {
        ...batchOptions.properties,
        rollover: Type.Optional(
          closed(
            {
              fromYear: Type.Integer(),
              toYear: Type.Integer(),
              attachCredentials: Type.Boolean(),
              after: Type.Optional(Type.String({ description: 'What follows once every job has succeeded.' })),
            },
            { description: 'Where the batch is a school-year rollover.' },
          ),
        ),
      },
      { description: 'As they were asked for.' },
    ),
    pausedBy: nullable(oneOfWords(['request', 'failures', 'canary']), {
      description: 'Why it is paused: on request, after `stopAfterFailures`, or because a canary failed.',
    }),
    undoes: nullable(uuid(), { description: 'The batch whose creations it deletes.' }),
    follows: nullable(uuid(), { description: 'The batch after which it was asked for.' }),
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

/** `GET /v1/batches`. */
export const batchPage = pageOf('BatchPage', batchSchema)

/** The query of `GET /v1/batches`; newest first. */
export const batchListQuery = listQuery({
  operation: Type.Optional(
    Type.String({
      maxLength: 60,
      pattern: '^[a-z]+(?:-[a-z]+)*\\.[a-z]+(?:-[a-z]+)*$',
      'x-rule': 'must be the operation of a batch, for example instance.create',
    }),
  ),
  status: Type.Optional(oneOfWords(batchStatuses)),
  tenant: Type.Optional(tenantName({ description: 'Batches with items of this tenant.' })),
})

/** The query of `GET /v1/batches/{id}/jobs`; in the order of the items. */
export const batchJobsQuery = listQuery({ status: Type.Optional(oneOfWords(jobStatuses)) })

/** What became of one item. */
export const batchItemSchema = closed(
  {
    position: number('Its place in the request, from 0.'),
    ref: nullable(Type.String(), { description: 'Your own name for it.' }),
    tenant: Type.String(),
    instanceId: nullable(uuid()),
    name: nullable(Type.String(), { description: 'Of the instance.' }),
    databaseName: nullable(Type.String()),
    odsInstanceId: nullable(Type.Integer(), { description: 'Id in Admin API, once registered.' }),
    outcome: oneOfWords(['job', 'unchanged'], {
      description: '`unchanged`: there was nothing to do, for that is how it was, or what was being done, already.',
    }),
    jobId: nullable(uuid()),
    status: nullable(oneOfWords(jobStatuses), { description: 'Of the job.' }),
    error: nullable(problemSchema, { description: 'Why the job failed.' }),
  },
  { title: 'BatchItem' },
)
export type BatchItem = Static<typeof batchItemSchema>

/** `GET /v1/batches/{id}/items`. */
export const batchItemPage = pageOf('BatchItemPage', batchItemSchema)

/** The query of `GET /v1/batches/{id}/items`. */
export const batchItemsQuery = listQuery({
  status: Type.Optional(oneOfWords(jobStatuses, { description: 'Of the job.' })),
  outcome: Type.Optional(oneOfWords(['job', 'unchanged'])),
  ref: Type.Optional(text(100)),
})

/** A credential with the item it belongs to. */
export const batchCredentialSchema = closed(
  {
    ref: nullable(Type.String()),
    tenant: Type.String(),
    instanceId: uuid(),
    name: Type.String({ description: 'Of the instance.' }),
    ...credentialSchema.properties,
  },
  { title: 'BatchCredential' },
)
export type BatchCredential = Static<typeof batchCredentialSchema>

/** `GET /v1/batches/{id}/credentials`: all at once, in the order of the items. */
export const batchCredentials = closed({ items: Type.Array(batchCredentialSchema) }, { title: 'BatchCredentials' })

const named = { id: uuid(), name: Type.String(), tenant: Type.String() }

/** The answer to `?validateOnly=true`: what the batch would do. */
export const batchPlan = closed(
  {
    valid: Type.Boolean({
      description: 'True in an answer of its own; false where it comes with the faults of a 400.',
    }),
    operation: Type.String(),
    total: number('Items asked for.'),
    counts: closed({
      job: number('Items that would start a job.'),
      unchanged: number('Items for which there is nothing to do.'),
      invalid: number('Items at fault.'),
    }),
    steps: Type.Array(Type.String(), { description: 'Names of the steps that each job would run, in order.' }),
    items: Type.Array(
      closed(
        {
          position: number('Its place in the request, from 0.'),
          ref: nullable(Type.String()),
          outcome: oneOfWords(['job', 'unchanged']),
          tenant: Type.String(),
          instanceId: nullable(uuid(), { description: 'Null while it is still to be made.' }),
          name: Type.String(),
          databaseName: Type.String(),
          server: Type.String(),
          template: nullable(Type.String(), { description: 'What the instance is made from; null: none is made.' }),
          interruption: nullable(Type.String(), { description: 'Of a clone: who is interrupted; null: nobody.' }),
        },
        { title: 'BatchPlanItem' },
      ),
      { description: 'Those that have no faults.' },
    ),
    conflicts: Type.Array(closed({ pointer: Type.String(), code: Type.String(), detail: Type.String() }), {
      description:
        'Those of the faults that come from what is there now: names that are taken, instances that are busy or protected, no room.',
    }),
    capacity: closed(
      {
        tenants: Type.Array(
          closed({
            tenant: Type.String(),
            instances: number('Now.'),
            added: number('By this batch.'),
            maxInstances: nullable(Type.Integer(), { description: 'Null: no limit.' }),
          }),
        ),
        servers: Type.Array(
          closed({
            server: Type.String(),
            instances: number('Now.'),
            added: number('By this batch.'),
            maxInstances: nullable(Type.Integer(), { description: 'Null: no limit.' }),
            jobs: number('Jobs that would work on it.'),
            maxConcurrency: Type.Integer({ description: 'Jobs that may work on it at once.' }),
            estimatedDurationMs: nullable(Type.Integer()),
          }),
        ),
      },
      { title: 'BatchCapacity' },
    ),
    leftOut: closed(
      {
        count: number('Protected instances that the selector has left out.'),
        instances: Type.Array(closed(named), { description: 'The first hundred of them.' }),
      },
      { title: 'BatchLeftOut' },
    ),
    estimatedDurationMs: nullable(Type.Integer(), {
      description:
        'From how long jobs of this kind took so far, the slots of the database servers and `maxParallel`; null without any.',
    }),
  },
  { title: 'BatchPlan' },
)
export type BatchPlan = Static<typeof batchPlan>
