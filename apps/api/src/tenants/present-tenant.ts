import type { Tenant } from '@edfi-tenants/contract'
import type { TenantRow } from '@edfi-tenants/store'
import { presentHooks } from '../hooks/present-hooks.js'

/** A tenant as clients see it. */
export const presentTenant = (row: TenantRow): Tenant => ({
  name: row.name,
  displayName: row.displayName,
  environment: row.environment,
  adminTenant: row.adminTenant,
  defaults: { server: row.defaultServer, template: row.defaultTemplate, instanceType: row.defaultInstanceType },
  databaseNamePattern: row.databaseNamePattern,
  maxInstances: row.maxInstances,
  archivePolicy: row.archivePolicy,
  healthPolicy: row.healthPolicy,
  hooks: presentHooks(row.hooks),
  provisioned: row.provisioned && {
    server: row.provisioned.server,
    databases: { EdFi_Admin: row.provisioned.adminDatabase, EdFi_Security: row.provisioned.securityDatabase },
    at: row.provisioned.finishedAt,
  },
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
