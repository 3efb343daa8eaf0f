import { batchJobsQuery, batchSchema } from '../batches.js'
import { batchExample, healthCheckJobExample } from '../examples/health.js'
import { jobPage } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { byId } from './parameters.js'

/** `/v1/batches`. */
export const batchOperations = {
  getBatch: defineOperation({
    id: 'getBatch',
    method: 'get',
    path: '/v1/batches/{id}',
    summary: 'Get a batch',
    description: 'Visible to clients whose bound covers all tenants of the batch.',
    tag: 'Batches',
    scope: 'read',
    params: byId,
    responses: {
      200: {
        description: 'The batch. `Retry-After` is there until it has ended.',
        schema: batchSchema,
        example: batchExample,
        headers: ['Retry-After'],
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
}
