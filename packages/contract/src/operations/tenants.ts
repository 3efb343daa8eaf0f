import { hookRequestExamples } from '../examples/hooks.js'
import { checkHooks } from '../hooks.js'
import { environmentTestJobExample } from '../examples/jobs.js'
import { tenantExample, tenantRequestExample } from '../examples/tenants.js'
import { jobAccepted } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { tenantChange, tenantListQuery, tenantPage, tenantRequest, tenantSchema } from '../tenants.js'
import { acceptedHeaders, byTenantName } from './parameters.js'

const found = { description: 'The tenant.', schema: tenantSchema, example: tenantExample }

/** `/v1/tenants`. */
export const tenantOperations = {
  createTenant: defineOperation({
    id: 'createTenant',
    method: 'post',
    path: '/v1/tenants',
    summary: 'Add a tenant',
    tag: 'Tenants',
    scope: 'tenants:manage',
    body: tenantRequest,
    check: checkHooks,
    bodyExamples: { tenant: tenantRequestExample, short: { name: 'district-255901' } },
    idempotent: true,
    responses: { 201: { ...found, headers: ['Location'] } },
    problems: [
      'name_taken',
      'environment_required',
      'outside_grant',
      'unknown_server',
      'credentials_required',
      'target_host_refused',
    ],
  }),
  listTenants: defineOperation({
    id: 'listTenants',
    method: 'get',
    path: '/v1/tenants',
    summary: 'List tenants',
    tag: 'Tenants',
    scope: 'read',
    query: tenantListQuery,
    responses: {
      200: {
        description: 'A page of tenants.',
        schema: tenantPage,
        example: { items: [tenantExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getTenant: defineOperation({
    id: 'getTenant',
    method: 'get',
    path: '/v1/tenants/{name}',
    summary: 'Get a tenant',
    tag: 'Tenants',
    scope: 'read',
    params: byTenantName,
    responses: { 200: found },
    problems: [],
  }),
  updateTenant: defineOperation({
    id: 'updateTenant',
    method: 'patch',
    path: '/v1/tenants/{name}',
    summary: 'Change a tenant',
    description:
      '`defaults` is replaced as a whole; null goes back to what it is without. `hooks` are for clients bound to every tenant with the scope `servers:manage`.',
    tag: 'Tenants',
    scope: 'tenants:manage',
    params: byTenantName,
    body: tenantChange,
    check: checkHooks,
    bodyExamples: {
      defaults: { defaults: { server: 'sql-01', template: 'populated' } },
      noLimit: { maxInstances: null },
      hooks: { hooks: hookRequestExamples },
    },
    responses: { 200: found },
    problems: ['unknown_server', 'outside_grant', 'credentials_required', 'target_host_refused'],
  }),
  deleteTenant: defineOperation({
    id: 'deleteTenant',
    method: 'delete',
    path: '/v1/tenants/{name}',
    summary: 'Remove a tenant',
    description:
      'Only when no instance of it is left. Its name is never given to another tenant. Databases that were provisioned for it stay on their server.',
    tag: 'Tenants',
    scope: 'tenants:manage',
    params: byTenantName,
    idempotent: true,
    responses: { 204: { description: 'Removed.' } },
    problems: ['tenant_not_empty'],
  }),
  testTenant: defineOperation({
    id: 'testTenant',
    method: 'post',
    path: '/v1/tenants/{name}/test',
    summary: 'Test a tenant',
    description: 'Starts a job `environment.test` that signs in to the environment’s Admin API as this tenant.',
    tag: 'Tenants',
    scope: 'tenants:manage',
    params: byTenantName,
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: { ...environmentTestJobExample, tenant: tenantExample.name } },
        headers: acceptedHeaders,
      },
    },
    problems: [],
  }),
}
