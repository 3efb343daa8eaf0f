import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Failure, isLinkLocal } from '@edfi-tenants/core'

/** Whether this installation may connect to a host that a request has named. */
export type IsAllowedHost = (host: string) => boolean

/** Throws `target_host_refused` for hosts that are not on the list, and for link-local addresses. */
export function assertAllowed(isAllowed: IsAllowedHost, host: string): void {
  if (isLinkLocal(host) || !isAllowed(host)) throw refused()
}

const refused = (): Failure =>
  new Failure('target_host_refused', 'The host of the hook may not be connected to from here.')

/**
 * Resolves like `dns.lookup`, and fails with `target_host_refused` when any of the addresses is link-local. It sees the
 * very addresses that are connected to, so a name that resolves differently later gains nothing. Addresses are not
 * looked up: {@link assertAllowed}.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, '')
      return
    }
    const [first] = addresses
    if (addresses.some(({ address }) => isLinkLocal(address))) callback(refused(), '')
    else if (options.all || !first) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
