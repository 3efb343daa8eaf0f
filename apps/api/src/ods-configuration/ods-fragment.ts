import type { OdsConfiguration } from '@edfi-tenants/contract'
import {
  openRegisteredString,
  openTenantProvision,
  readOdsConfiguration,
  readTenantProvision,
  type Store,
} from '@edfi-tenants/store'

/** A tenant's connection strings in the clear. */
export interface TenantStrings {
  instances: { odsInstanceId: number; main: string; derivatives: Record<string, string> }[]
  /** Of the tenant's own databases; null where none were made, or not finished. */
  own: { admin: string; security: string } | null
  /** Database servers whose shared login stands in some of them. */
  sharedServers: string[]
  /** How many there are. */
  count: number
}

/** Opens all that is on record. */
export async function openTenantStrings({ database, sealer }: Store, tenant: string): Promise<TenantStrings> {
  const rows = await readOdsConfiguration(database, tenant)
  const instances = rows.map(({ instanceId, odsInstanceId, registeredString, derivatives }) => ({
    odsInstanceId,
    main: openRegisteredString(sealer, instanceId, registeredString),
    derivatives: Object.fromEntries(
      derivatives.map(({ derivativeType: type, registeredString: sealed }) => [
        type,
        openRegisteredString(sealer, instanceId, sealed, type),
      ]),
    ),
  }))
  const provision = await readTenantProvision(database, tenant)
  const own = provision?.finishedAt == null ? null : await openTenantProvision({ database, sealer }, tenant)
  return {
    instances,
    own: own && { admin: own.admin, security: own.security },
    sharedServers: [
      ...rows.filter(({ registeredLogin }) => registeredLogin === 'shared').map(({ server }) => server),
      ...(own && provision && provision.login === null ? [provision.server] : []),
    ],
    count:
      instances.reduce((sum, { derivatives }) => sum + 1 + Object.keys(derivatives).length, 0) + (own === null ? 0 : 2),
  }
}

/** The strings as a fragment of ODS/API's settings; below the tenant's name where `adminTenant` is given. */
export function odsFragment(
  { instances, own }: TenantStrings,
  adminTenant: string | null,
  given: (connectionString: string) => string,
): OdsConfiguration {
  const settings = {
    ...(own ? { ConnectionStrings: { EdFi_Admin: given(own.admin), EdFi_Security: given(own.security) } } : {}),
    OdsInstances: Object.fromEntries(
      instances.map(({ odsInstanceId, main, derivatives }) => [
        String(odsInstanceId),
        {
          ConnectionString: given(main),
          ...(Object.keys(derivatives).length === 0
            ? {}
            : {
                ConnectionStringByDerivativeType: Object.fromEntries(
                  Object.entries(derivatives).map(([type, text]) => [type, given(text)]),
                ),
              }),
        },
      ]),
    ),
  }
  return adminTenant === null ? settings : { Tenants: { [adminTenant]: settings } }
}
