import { Failure, isLinkLocal, tenantNamePattern } from '@edfi-tenants/core'
import { createAddress, type Address, type ExchangeReport } from './address.js'
import type { AdminApiClient } from './admin-api.js'
import { linkLocalRefused } from './link-local.js'
import { createAdminApi } from './create-admin-api.js'
import { createSession } from './session.js'

const defaultMaxConcurrency = 8
const defaultInformationMaxAgeMs = 5 * 60_000

/** Settings of the whole client; all have defaults. */
export interface AdminApiClientOptions {
  /** How long a server's version and mode are believed before it is asked again; default five minutes. */
  informationMaxAgeMs?: number
  /** Told of every HTTP request, for logs and metrics. */
  onExchange?: (report: ExchangeReport) => void
}

/**
 * Makes the one client of a process. Addresses share nothing: a token or secret for one is never sent to another.
 * The most recently opened `maxConcurrency` of an address holds for all who call it.
 */
export function createAdminApiClient(options: AdminApiClientOptions = {}): AdminApiClient {
  const { informationMaxAgeMs = defaultInformationMaxAgeMs, onExchange = () => undefined } = options
  const addresses = new Map<string, Address>()

  return {
    open(connection, tenant) {
      const url = checkedUrl(connection.url)
      for (const name of [tenant, connection.signInTenant ?? '']) {
        if (name !== '' && !new RegExp(tenantNamePattern).test(name)) {
          throw new Failure('admin_api_unknown_tenant', 'The name cannot be that of an Admin API tenant.')
        }
      }
      const maxConcurrency = connection.maxConcurrency ?? defaultMaxConcurrency
      const key = url.origin + url.pathname.replace(/\/+$/, '')
      const address = addresses.get(key) ?? createAddress({ url, maxConcurrency }, { informationMaxAgeMs, onExchange })
      addresses.set(key, address)
      address.gate.limit = maxConcurrency
      return createAdminApi(createSession(address, connection, tenant))
    },
    async close() {
      await Promise.all([...addresses.values()].map((address) => address.close()))
    },
  }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const faulty =
    !url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.search || url.hash
  if (faulty) {
    const detail = 'The URL of Admin API must be an absolute http or https URL without credentials, query and fragment.'
    throw new Failure('validation_failed', detail)
  }
  if (isLinkLocal(url.hostname)) throw linkLocalRefused()
  return url
}
