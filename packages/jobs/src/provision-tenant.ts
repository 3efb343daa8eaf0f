import { defineJob } from './engine/define-job.js'
import {
  createAdminDatabase,
  createSecurityDatabase,
  reserveTenantDatabases,
  verifyTenantDatabases,
} from './steps/tenant-databases.js'

/** Makes the Admin and Security databases that a tenant of Admin API and ODS/API needs. */
export const provisionTenant = defineJob({
  type: 'tenant.provision',
  version: 1,
  changing: false,
  steps: [reserveTenantDatabases, createAdminDatabase, createSecurityDatabase, verifyTenantDatabases],
  pivot: verifyTenantDatabases,
})
