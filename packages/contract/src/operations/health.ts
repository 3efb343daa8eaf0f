import { batchAccepted } from '../batches.js'
import {
  batchExample,
  fleetHealthExample,
  healthCheckExample,
  healthCheckJobExample,
  instanceHealthExample,
} from '../examples/health.js'
import { activeInstanceExample } from '../examples/instances.js'
import {
  fleetHealthQuery,
  fleetHealthSchema,
  healthCheckListQuery,
  healthCheckPage,
  healthChecksRequest,
  instanceHealthSchema,
} from '../health.js'
import { instanceAccepted } from '../instances.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byId } from './parameters.js'

/** Health of instances: of one, and of all. */
export const healthOperations = {
  getInstanceHealth: defineOperation({
    id: 'getInstanceHealth',
    method: 'get',
    path: '/v1/instances/{id}/health',
    summary: 'Get the health of an instance',
    description: 'As the last check found it. What could not be had is null, never 0.',
    tag: 'Health',
    scope: 'read',
    params: byId,
    responses: {
      200: { description: 'Its health.', schema: instanceHealthSchema, example: instanceHealthExample },
    },
    problems: [],
  }),
  listHealthChecks: defineOperation({
    id: 'listHealthChecks',
    method: 'get',
    path: '/v1/instances/{id}/health-checks',
    summary: 'List the health checks of an instance',
    description: 'Newest first, as far back as they are kept.',
    tag: 'Health',
    scope: 'read',
    params: byId,
    query: healthCheckListQuery,
    responses: {
      200: {
        description: 'A page of checks.',
        schema: healthCheckPage,
        example: { items: [healthCheckExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  checkInstanceHealth: defineOperation({
    id: 'checkInstanceHealth',
    method: 'post',
    path: '/v1/instances/{id}/health-checks',
    summary: 'Check the health of an instance',
    description: 'Starts a job `health.check`. It changes nothing, and runs beside jobs that do.',
    tag: 'Health',
    scope: 'instances:operate',
    params: byId,
    idempotent: true,
    responses: {
      202: {
        description: 'The job, and the instance as it is now.',
        schema: instanceAccepted,
        example: { job: healthCheckJobExample, instance: activeInstanceExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['instance_not_active', 'instance_deleted'],
  }),
  getFleetHealth: defineOperation({
    id: 'getFleetHealth',
    method: 'get',
    path: '/v1/health',
    summary: 'Get the health of all instances',
    description:
      'In one summary, of all instances that the client may see and that fit the filters. With `Accept: text/csv` one line per instance.',
    tag: 'Health',
    scope: 'read',
    query: fleetHealthQuery,
    responses: {
      200: {
        description: 'The summary.',
        schema: fleetHealthSchema,
        example: fleetHealthExample,
        otherMedia: { 'text/csv': 'One line per instance below a line of column names.' },
      },
    },
    problems: [],
  }),
  checkHealth: defineOperation({
    id: 'checkHealth',
    method: 'post',
    path: '/v1/health-checks',
    summary: 'Check the health of all instances',
    description:
      'Of those that the client may see; of one tenant or database server if so wished. Starts a batch with a job per database server (for clients bound to tenants: per tenant and server).',
    tag: 'Health',
    scope: 'instances:operate',
    body: healthChecksRequest,
    bodyExamples: { all: {}, tenant: { tenant: 'district-255901' }, server: { server: 'postgres-01' } },
    idempotent: true,
    responses: {
      202: {
        description: 'The batch.',
        schema: batchAccepted,
        example: { batch: batchExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['unknown_tenant', 'unknown_server'],
  }),
}
