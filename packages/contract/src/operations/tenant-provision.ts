import { provisionTenantJobExample } from '../examples/jobs.js'
import { jobAccepted } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { tenantProvisionRequest } from '../tenant-provision.js'
import { acceptedHeaders, byTenantName } from './parameters.js'

/** The databases that a tenant itself needs. */
export const tenantProvisionOperations = {
  provisionTenant: defineOperation({
    id: 'provisionTenant',
    method: 'post',
    path: '/v1/tenants/{name}/provision',
    summary: 'Make a tenant’s Admin and Security databases',
    description:
      'Starts a job `tenant.provision` that copies `EdFi_Admin_{tenant}` and `EdFi_Security_{tenant}` from templates of the database server. Asked again for the same server it looks whether both are there. What Admin API and ODS/API need in their settings is then part of the tenant’s `ods-configuration`. Removing the tenant leaves the databases where they are.',
    tag: 'Tenants',
    scope: 'tenants:manage',
    params: byTenantName,
    body: tenantProvisionRequest,
    bodyExamples: {
      short: { server: 'postgres-01' },
      templates: { server: 'postgres-01', adminTemplate: 'admin-7.3', securityTemplate: 'security-7.3' },
    },
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: provisionTenantJobExample },
        headers: acceptedHeaders,
      },
    },
    problems: ['unknown_server', 'engine_mismatch', 'unknown_template', 'tenant_provisioned'],
  }),
}
