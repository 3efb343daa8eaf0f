import { Type } from '@sinclair/typebox'
import { createInstanceJobExample, finishedJobExample } from '../examples/jobs.js'
import { jobAccepted, jobListQuery, jobPage, jobSchema, maxWaitSeconds } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

const preferHeaders = Type.Object({
  Prefer: Type.Optional(
    Type.String({
      description: `\`wait=N\`: answer as soon as the job has ended, at the latest after N seconds (at most ${maxWaitSeconds}).`,
      examples: ['wait=20'],
    }),
  ),
})

/** `/v1/jobs`. */
export const jobOperations = {
  listJobs: defineOperation({
    id: 'listJobs',
    method: 'get',
    path: '/v1/jobs',
    summary: 'List jobs',
    tag: 'Jobs',
    scope: 'read',
    query: jobListQuery,
    responses: {
      200: {
        description: 'A page of jobs.',
        schema: jobPage,
        example: { items: [finishedJobExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getJob: defineOperation({
    id: 'getJob',
    method: 'get',
    path: '/v1/jobs/{id}',
    summary: 'Get a job',
    description: 'Poll this after a 202, as often as `Retry-After` says, or let it wait with `Prefer: wait=20`.',
    tag: 'Jobs',
    scope: 'read',
    params: byId,
    headers: preferHeaders,
    responses: {
      200: {
        description: 'The job. `Retry-After` is there until it has ended.',
        schema: jobSchema,
        example: finishedJobExample,
        headers: ['Retry-After', 'Preference-Applied'],
      },
    },
    problems: [],
  }),
  cancelJob: defineOperation({
    id: 'cancelJob',
    method: 'post',
    path: '/v1/jobs/{id}/cancel',
    summary: 'Cancel a job',
    description: 'Before its point of no return the job turns back and undoes what it has done; poll it for the end.',
    tag: 'Jobs',
    scope: 'jobs:manage',
    params: byId,
    idempotent: true,
    responses: {
      202: {
        description: 'The job, asked to turn back.',
        schema: jobAccepted,
        example: { job: createInstanceJobExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['job_not_cancellable'],
  }),
  retryJob: defineOperation({
    id: 'retryJob',
    method: 'post',
    path: '/v1/jobs/{id}/retry',
    summary: 'Retry a job',
    description: 'Queues a failed or cancelled job once more, with the same parameters.',
    tag: 'Jobs',
    scope: 'jobs:manage',
    params: byId,
    idempotent: true,
    responses: {
      202: {
        description: 'The job, queued again.',
        schema: jobAccepted,
        example: { job: { ...createInstanceJobExample, attempt: 2 } },
        headers: acceptedHeaders,
      },
    },
    problems: ['job_not_retryable', 'instance_busy', 'name_taken', 'database_name_taken'],
  }),
}
