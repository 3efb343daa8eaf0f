import type { BuiltInProvisioners } from '@edfi-tenants/provisioner'

/** The provisioners that come with the service, loaded when `PROVISIONERS` names them. */
export const builtInProvisioners: BuiltInProvisioners = {
  'aws-rds-sqlserver': () => import('@edfi-tenants/provisioner-aws-rds-sqlserver'),
  'azure-sql': () => import('@edfi-tenants/provisioner-azure-sql'),
  mssql: () => import('@edfi-tenants/provisioner-mssql'),
  postgresql: () => import('@edfi-tenants/provisioner-postgresql'),
}
