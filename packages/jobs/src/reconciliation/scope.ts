import type { RecordedInstance } from '@edfi-tenants/store'

/** What a comparison is about, as its job's parameters hold it; names as on record. */
export interface ReconcileParameters {
  reconciliationId: string
  tenant: string | null
  server: string | null
  environment: string | null
}

/** Whether a comparison may tell of an instance. */
export const covers = (
  { tenant, server, environment }: Omit<ReconcileParameters, 'reconciliationId'>,
  instance: Pick<RecordedInstance, 'tenant' | 'server' | 'environment'>,
): boolean =>
  (tenant === null || instance.tenant === tenant) &&
  (server === null || instance.server === server) &&
  (environment === null || instance.environment === environment)

/** Whether it may tell of databases that are no instance's: a server is shared by tenants and environments. */
export const tellsOfDatabases = ({ tenant, environment }: Pick<ReconcileParameters, 'tenant' | 'environment'>) =>
  tenant === null && environment === null

/**
 * Whether it may tell of registrations that are no instance's: for a tenant only where nobody else's can be among them. A
 * registration does not say which server it leads to.
 */
export const tellsOfRegistrations = (
  { tenant, server }: Pick<ReconcileParameters, 'tenant' | 'server'>,
  adminApi: { multiTenant: boolean; tenants: readonly string[] },
): boolean =>
  server === null &&
  (tenant === null || (adminApi.multiTenant && adminApi.tenants.every((sharing) => sharing === tenant)))
