import type { Request } from 'express'
import type { Settings } from '../options.js'
import type { TenantState } from '../store/tenant-state.js'
import { defaultTenantName, type TenantStores } from '../store/tenant-stores.js'
import { invalid, unexpected } from './errors.js'

/**
 * Finds the data a request addresses. A header that is wrong fails at once. A missing one fails at once except on a
 * GET, which fails where its handler first needs data (2.3) or quietly reads another database (2.4).
 * @throws ApiFailure 400 with key `Tenant`.
 */
export function resolveTenant(request: Request, settings: Settings, stores: TenantStores): () => TenantState {
  if (!settings.multiTenant || settings.mode === 'v1') return () => stores.open(defaultTenantName)
  const name = request.get('tenant') ?? ''
  if (name !== '') {
    if (!isWellFormedTenantName(name)) {
      throw invalid('Tenant', 'Please provide valid tenant id. Tenant id can only contain alphanumeric and -')
    }
    if (!stores.serves(name)) throw invalid('Tenant', `Tenant not found with provided tenant id: ${name}`)
    return () => stores.open(name)
  }
  if (request.method !== 'GET' && !/health|adminconsole\/tenants/i.test(request.path)) {
    throw invalid('Tenant', 'Tenant header is missing (adminconsole)')
  }
  if (settings.version === '2.4') return () => stores.open(settings.tenants[0] ?? defaultTenantName)
  return () => {
    throw unexpected()
  }
}

/** Whether a tenant name has the form the header allows. */
export function isWellFormedTenantName(name: string): boolean {
  return /^[A-Za-z0-9-]{1,50}$/.test(name)
}
