import { Type } from '@sinclair/typebox'
import { batchRequest, batchRequestQuery } from '../batch-request.js'
import {
  batchAccepted,
  batchCredentials,
  batchItemPage,
  batchItemsQuery,
  batchJobsQuery,
  batchListQuery,
  batchPage,
  batchPlan,
  batchSchema,
} from '../batches.js'
import {
  batchCredentialExample,
  batchItemExample,
  batchPlanExample,
  batchRequestExamples,
  createBatchExample,
} from '../examples/batches.js'
import { batchExample, healthCheckJobExample } from '../examples/health.js'
import { jobPage, maxWaitSeconds } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

const preferHeaders = Type.Object({
  Prefer: Type.Optional(
    Type.String({
      description: `\`wait=N\`: answer as soon as the batch has ended, at the latest after N seconds (at most ${maxWaitSeconds}).`,
      examples: ['wait=20'],
    }),
  ),
})

/** `/v1/batches`. */
export const batchOperations = {
  createBatch: defineOperation({
    id: 'createBatch',
    method: 'post',
    path: '/v1/batches',
    summary: 'Ask for many at once',
    description:
      'An item has exactly the body of the single call, and `ref`, your own name for it, which is given back everywhere; for calls about an instance also `instanceId`, and their query parameters as properties. All items are checked first, and nothing is started unless all are valid: a 400 lists every fault with the position of its item (`/items/3/name`) and the `code` that the single call would have had. An item that is so already counts as `unchanged`, so the same file can be sent again. Instances that are there can also be selected: `selector` with `confirmCount`. Needs the scope of the single call. With `?validateOnly=true` it answers 200 with the plan and changes nothing; faults are answered as they would be without it, with what the valid items come to in `plan`.',
    tag: 'Batches',
    scope: 'instances:create',
    otherScopes: ['instances:operate', 'instances:delete'],
    query: batchRequestQuery,
    body: batchRequest,
    bodyExamples: batchRequestExamples,
    bodyCheckedByHandler: true,
    maxBodyBytes: 16 * 1024 * 1024,
    idempotent: true,
    responses: {
      200: { description: 'The plan (`?validateOnly=true`).', schema: batchPlan, example: batchPlanExample },
      202: {
        description: 'The batch.',
        schema: batchAccepted,
        example: { batch: createBatchExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['batch_too_large', 'count_differs', 'deletion_disabled', 'name_taken'],
  }),
  listBatches: defineOperation({
    id: 'listBatches',
    method: 'get',
    path: '/v1/batches',
    summary: 'List batches',
    description: 'Newest first; those whose tenants all lie within the client’s bound.',
    tag: 'Batches',
    scope: 'read',
    query: batchListQuery,
    responses: {
      200: {
        description: 'A page of batches.',
        schema: batchPage,
        example: { items: [createBatchExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getBatch: defineOperation({
    id: 'getBatch',
    method: 'get',
    path: '/v1/batches/{id}',
    summary: 'Get a batch',
    description:
      'Visible to clients whose bound covers all tenants of the batch. Poll it as often as `Retry-After` says, or let it wait with `Prefer: wait=20`.',
    tag: 'Batches',
    scope: 'read',
    params: byId,
    headers: preferHeaders,
    responses: {
      200: {
        description: 'The batch. `Retry-After` is there until it has ended.',
        schema: batchSchema,
        example: createBatchExample,
        headers: ['Retry-After', 'Preference-Applied'],
      },
    },
    problems: [],
  }),
  listBatchItems: defineOperation({
    id: 'listBatchItems',
    method: 'get',
    path: '/v1/batches/{id}/items',
    summary: 'List the items of a batch',
    description: 'In the order in which they were sent, each with what has become of it.',
    tag: 'Batches',
    scope: 'read',
    params: byId,
    query: batchItemsQuery,
    responses: {
      200: {
        description: 'A page of items.',
        schema: batchItemPage,
        example: { items: [batchItemExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  listBatchJobs: defineOperation({
    id: 'listBatchJobs',
    method: 'get',
    path: '/v1/batches/{id}/jobs',
    summary: 'List the jobs of a batch',
    description: 'In the order of its items.',
    tag: 'Batches',
    scope: 'read',
    params: byId,
    query: batchJobsQuery,
    responses: {
      200: {
        description: 'A page of jobs.',
        schema: jobPage,
        example: { items: [{ ...healthCheckJobExample, batchId: batchExample.id }], nextCursor: null },
      },
    },
    problems: [],
  }),
  getBatchCredentials: defineOperation({
    id: 'getBatchCredentials',
    method: 'get',
    path: '/v1/batches/{id}/credentials',
    summary: 'Get the credentials of a batch',
    description:
      'The keys of the instances that a batch of creations or clones stands for, with their secrets while they can be read: until acknowledged, at most seven days. With `Accept: text/csv` one line per key. Audited.',
    tag: 'Batches',
    scope: 'secrets:read',
    params: byId,
    responses: {
      200: {
        description: 'All of them, in the order of the items.',
        schema: batchCredentials,
        example: { items: [batchCredentialExample] },
        headers: ['Cache-Control'],
        otherMedia: { 'text/csv': 'One line per key below a line of column names.' },
      },
    },
    problems: ['credentials_gone'],
  }),
  acknowledgeBatchCredentials: defineOperation({
    id: 'acknowledgeBatchCredentials',
    method: 'post',
    path: '/v1/batches/{id}/credentials/acknowledge',
    summary: 'Acknowledge the credentials of a batch',
    description: 'You have them: the secrets of all its instances are erased here.',
    tag: 'Batches',
    scope: 'secrets:read',
    params: byId,
    idempotent: true,
    responses: { 204: { description: 'Done.' } },
    problems: [],
  }),
}
