import { batchCancelled, batchControlled, batchRetried, batchRetryRequest, batchUndoRequest } from '../batch-control.js'
import { batchAccepted } from '../batches.js'
import { batchExample } from '../examples/health.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

/** What can be done to a batch while it runs, and afterwards. */
export const batchControlOperations = {
  cancelBatch: defineOperation({
    id: 'cancelBatch',
    method: 'post',
    path: '/v1/batches/{id}/cancel',
    summary: 'Cancel a batch',
    description:
      'Jobs that have not begun end at once; those at work turn back and undo what they have done, or go forward where they have passed their point of no return. What has succeeded stays: take it back with `undo`.',
    tag: 'Batches',
    scope: 'jobs:manage',
    params: byId,
    idempotent: true,
    responses: {
      202: {
        description: 'The batch as it is now; poll it for the end.',
        schema: batchCancelled,
        example: { batch: batchExample, ended: 120, asked: 4 },
        headers: acceptedHeaders,
      },
    },
    problems: ['batch_finished'],
  }),
  pauseBatch: defineOperation({
    id: 'pauseBatch',
    method: 'post',
    path: '/v1/batches/{id}/pause',
    summary: 'Pause a batch',
    description: 'No more of its jobs begin; those at work go on. A paused batch stays so until it is resumed.',
    tag: 'Batches',
    scope: 'jobs:manage',
    params: byId,
    idempotent: true,
    responses: {
      200: { description: 'The batch, paused.', schema: batchControlled, example: { batch: batchExample } },
    },
    problems: ['batch_finished'],
  }),
  resumeBatch: defineOperation({
    id: 'resumeBatch',
    method: 'post',
    path: '/v1/batches/{id}/resume',
    summary: 'Resume a batch',
    description:
      'Also a batch that has paused by itself. Failures so far no longer count towards `stopAfterFailures`. After a failed canary the rest begins, unless the failed jobs were retried before: then it waits for them.',
    tag: 'Batches',
    scope: 'jobs:manage',
    params: byId,
    idempotent: true,
    responses: {
      200: { description: 'The batch, going on.', schema: batchControlled, example: { batch: batchExample } },
    },
    problems: ['batch_finished', 'batch_not_paused'],
  }),
  retryBatch: defineOperation({
    id: 'retryBatch',
    method: 'post',
    path: '/v1/batches/{id}/retry-failed',
    summary: 'Retry what has failed',
    description:
      'Queues every failed job of the batch once more, as `POST /v1/jobs/{id}/retry` would; `refused` says which could not be, and why. In a paused batch they wait until it is resumed. Needs, besides `jobs:manage`, the scope that starting such a batch needs.',
    tag: 'Batches',
    scope: 'jobs:manage',
    params: byId,
    body: batchRetryRequest,
    bodyExamples: { failed: {}, cancelledToo: { includeCancelled: true } },
    idempotent: true,
    responses: {
      202: {
        description: 'The batch as it is now.',
        schema: batchRetried,
        example: { batch: batchExample, retried: 20, refused: [] },
        headers: acceptedHeaders,
      },
    },
    problems: [],
  }),
  undoBatch: defineOperation({
    id: 'undoBatch',
    method: 'post',
    path: '/v1/batches/{id}/undo',
    summary: 'Undo a batch',
    description:
      'Deletes the instances that this batch has created or cloned, and no other: not those that were there before (`unchanged`). Starts a batch `instance.delete`, whose `undoes` names this one; asked for again, it answers with the same. Needs the scope `instances:delete` too.',
    tag: 'Batches',
    scope: 'jobs:manage',
    params: byId,
    body: batchUndoRequest,
    bodyExamples: { atOnce: {}, older: { confirmCount: 500, archive: true, purge: 'scheduled' } },
    idempotent: true,
    responses: {
      202: {
        description: 'The batch of deletions.',
        schema: batchAccepted,
        example: { batch: { ...batchExample, operation: 'instance.delete' } },
        headers: acceptedHeaders,
      },
    },
    problems: [
      'batch_running',
      'nothing_to_undo',
      'deletion_protected',
      'deletion_disabled',
      'instance_busy',
      'confirmation_required',
      'count_differs',
    ],
  }),
}
