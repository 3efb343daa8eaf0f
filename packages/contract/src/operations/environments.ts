import {
  checkEnvironment,
  environmentChange,
  environmentListQuery,
  environmentPage,
  environmentRequest,
  environmentSchema,
} from '../environments.js'
import { environmentExample, environmentRequestExample } from '../examples/environments.js'
import { environmentTestJobExample } from '../examples/jobs.js'
import { jobAccepted } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { acceptedHeaders, byName } from './parameters.js'

const found = { description: 'The environment.', schema: environmentSchema, example: environmentExample }

/** `/v1/environments`. Environments belong to no tenant, so only clients bound to `*` see them. */
export const environmentOperations = {
  createEnvironment: defineOperation({
    id: 'createEnvironment',
    method: 'post',
    path: '/v1/environments',
    summary: 'Add an environment',
    tag: 'Environments',
    scope: 'servers:manage',
    anyTenantOnly: true,
    body: environmentRequest,
    check: checkEnvironment,
    bodyExamples: { environment: environmentRequestExample },
    idempotent: true,
    responses: { 201: { ...found, headers: ['Location'] } },
    problems: ['name_taken', 'target_host_refused', 'credentials_required'],
  }),
  listEnvironments: defineOperation({
    id: 'listEnvironments',
    method: 'get',
    path: '/v1/environments',
    summary: 'List environments',
    tag: 'Environments',
    scope: 'read',
    anyTenantOnly: true,
    query: environmentListQuery,
    responses: {
      200: {
        description: 'A page of environments.',
        schema: environmentPage,
        example: { items: [environmentExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getEnvironment: defineOperation({
    id: 'getEnvironment',
    method: 'get',
    path: '/v1/environments/{name}',
    summary: 'Get an environment',
    tag: 'Environments',
    scope: 'read',
    anyTenantOnly: true,
    params: byName,
    responses: { 200: found },
    problems: [],
  }),
  updateEnvironment: defineOperation({
    id: 'updateEnvironment',
    method: 'patch',
    path: '/v1/environments/{name}',
    summary: 'Change an environment',
    description:
      'Fields of `adminApi` change one by one; `odsApi` is replaced as a whole. Another `adminApi.url` needs `clientId` and `clientSecret` in the same request.',
    tag: 'Environments',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    body: environmentChange,
    check: checkEnvironment,
    bodyExamples: {
      timeout: { adminApi: { timeoutMs: 60_000 } },
      dataStandard: { dataStandard: '5.2.0' },
      noHooks: { hooks: [] },
    },
    responses: { 200: found },
    problems: ['credentials_required', 'target_host_refused'],
  }),
  deleteEnvironment: defineOperation({
    id: 'deleteEnvironment',
    method: 'delete',
    path: '/v1/environments/{name}',
    summary: 'Remove an environment',
    tag: 'Environments',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    idempotent: true,
    responses: { 204: { description: 'Removed.' } },
    problems: ['still_in_use'],
  }),
  testEnvironment: defineOperation({
    id: 'testEnvironment',
    method: 'post',
    path: '/v1/environments/{name}/test',
    summary: 'Test an environment',
    description: 'Starts a job `environment.test` that signs in to Admin API and looks at version and mode.',
    tag: 'Environments',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: environmentTestJobExample },
        headers: acceptedHeaders,
      },
    },
    problems: [],
  }),
}
