import { ApiFailure } from '../http/errors.js'
import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { isWellFormedTenantName } from '../http/tenant-resolution.js'
import { defaultTenantName } from '../store/tenant-stores.js'

/** `/v2/tenants`: which tenants there are and where their databases stand. Read only; needs no tenant header. */
export const tenantRoutes: Route[] = [
  { method: 'GET', path: '/v2/tenants', handler: list },
  { method: 'GET', path: '/v2/tenants/{tenantName}', handler: read },
]

function list({ stores, settings }: Call): Reply {
  return ok(stores.all().map(({ name }) => present(name, settings.multiTenant)))
}

function read({ params, stores, settings }: Call): Reply {
  const name = params.tenantName ?? ''
  const known = stores.find(name)?.name
  // Without a configured list every well-formed name is served, so every such tenant is there.
  const served = settings.multiTenant && settings.tenants.length === 0 && isWellFormedTenantName(name)
  if (known === undefined && !served) throw new ApiFailure(404)
  return ok(present(known ?? name, settings.multiTenant))
}

function present(tenantName: string, multiTenant: boolean): object {
  const suffix = multiTenant && tenantName !== defaultTenantName ? `_${tenantName}` : ''
  return {
    tenantName,
    adminConnectionString: { host: 'localhost', database: `EdFi_Admin${suffix}` },
    securityConnectionString: { host: 'localhost', database: `EdFi_Security${suffix}` },
  }
}
