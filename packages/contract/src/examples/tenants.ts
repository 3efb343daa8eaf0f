import type { Tenant, TenantRequest } from '../tenants.js'

/** A request for a tenant with its defaults. */
export const tenantRequestExample: TenantRequest = {
  name: 'district-255901',
  displayName: 'Grand Bend ISD',
  environment: 'production',
  defaults: { server: 'postgres-01', template: 'minimal' },
  maxInstances: 20,
}

/** The answer to it. */
export const tenantExample: Tenant = {
  name: 'district-255901',
  displayName: 'Grand Bend ISD',
  environment: 'production',
  adminTenant: 'district-255901',
  defaults: { server: 'postgres-01', template: 'minimal', instanceType: null },
  databaseNamePattern: null,
  maxInstances: 20,
  archivePolicy: null,
  healthPolicy: null,
  hooks: [],
  provisioned: null,
  createdAt: '2026-07-01T08:05:00.000Z',
  updatedAt: '2026-07-01T08:05:00.000Z',
}
