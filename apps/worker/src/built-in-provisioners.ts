import type { BuiltInProvisioners } from '@edfi-tenants/provisioner'

/** The provisioners that come with the service, loaded when `PROVISIONERS` names them. */
export const builtInProvisioners: BuiltInProvisioners = {
  mssql: () => import('@edfi-tenants/provisioner-mssql'),
  postgresql: () => import('@edfi-tenants/provisioner-postgresql'),
}
