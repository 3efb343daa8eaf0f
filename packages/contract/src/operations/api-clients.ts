import { Type } from '@sinclair/typebox'
import {
  apiClientListQuery,
  apiClientPage,
  apiClientRequest,
  apiClientSchema,
  apiClientWithSecret,
  checkApiClientRequest,
} from '../api-clients.js'
import { apiClientExample, apiClientWithSecretExample } from '../examples/api-clients.js'
import { defineOperation } from '../operation.js'
import { closed } from '../schema.js'

const byClientId = closed({ id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,100}$' }) })
const withSecret = { schema: apiClientWithSecret, example: apiClientWithSecretExample }

/** `/v1/api-clients`. A client grants and sees only what it has itself. */
export const apiClientOperations = {
  createApiClient: defineOperation({
    id: 'createApiClient',
    method: 'post',
    path: '/v1/api-clients',
    summary: 'Add an API client',
    description: 'The answer has the secret; it is shown this once. A client grants only what it has itself.',
    tag: 'API clients',
    scope: 'admin',
    body: apiClientRequest,
    bodyExamples: {
      client: { name: 'Onboarding script', scopes: ['read', 'instances:create'], tenants: ['district-255901'] },
    },
    check: checkApiClientRequest,
    idempotent: true,
    responses: {
      201: { description: 'The client and its secret.', ...withSecret, headers: ['Location', 'Cache-Control'] },
    },
    problems: ['outside_grant', 'unknown_tenant'],
  }),
  listApiClients: defineOperation({
    id: 'listApiClients',
    method: 'get',
    path: '/v1/api-clients',
    summary: 'List API clients',
    tag: 'API clients',
    scope: 'admin',
    query: apiClientListQuery,
    responses: {
      200: {
        description: 'A page of API clients.',
        schema: apiClientPage,
        example: { items: [apiClientExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getApiClient: defineOperation({
    id: 'getApiClient',
    method: 'get',
    path: '/v1/api-clients/{id}',
    summary: 'Get an API client',
    tag: 'API clients',
    scope: 'admin',
    params: byClientId,
    responses: { 200: { description: 'The client.', schema: apiClientSchema, example: apiClientExample } },
    problems: [],
  }),
  deleteApiClient: defineOperation({
    id: 'deleteApiClient',
    method: 'delete',
    path: '/v1/api-clients/{id}',
    summary: 'Remove an API client',
    description: 'Its tokens end within 60 seconds.',
    tag: 'API clients',
    scope: 'admin',
    params: byClientId,
    idempotent: true,
    responses: { 204: { description: 'Removed.' } },
    problems: [],
  }),
  rotateApiClient: defineOperation({
    id: 'rotateApiClient',
    method: 'post',
    path: '/v1/api-clients/{id}/rotate',
    summary: 'Give an API client a new secret',
    description: 'The old secret ends at once; the new one is shown this once.',
    tag: 'API clients',
    scope: 'admin',
    params: byClientId,
    idempotent: true,
    responses: { 200: { description: 'The client and its new secret.', ...withSecret, headers: ['Cache-Control'] } },
    problems: ['outside_grant'],
  }),
}
