import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Failure, isLinkLocal } from '@edfi-tenants/core'

/** Throws `target_host_refused` for an address literal that is link-local or a cloud's metadata service. */
export function assertAddressAllowed(host: string): void {
  if (isLinkLocal(host))
    throw new Failure(
      'target_host_refused',
      'The host leads to a link-local or metadata address; these are never used.',
    )
}

/**
 * Resolves like `dns.lookup`, and fails with `target_host_refused` when any address is refused. Given to `net.connect`
 * it sees the very addresses that are connected to, so a name that resolves differently later gains nothing. Literals
 * are not looked up: {@link assertAddressAllowed}.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, '')
      return
    }
    try {
      for (const { address } of addresses) assertAddressAllowed(address)
    } catch (refusal) {
      callback(refusal as Failure, '')
      return
    }
    const [first] = addresses
    if (options.all || !first) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
