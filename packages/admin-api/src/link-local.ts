import { lookup as resolve } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Failure, isLinkLocal } from '@edfi-tenants/core'
import { buildConnector } from 'undici'

/** The failure of a connection to a link-local address; repeating it does not help. */
export const linkLocalRefused = (): Failure =>
  new Failure('target_host_refused', 'The URL of Admin API leads to a link-local address; these are never called.')

/**
 * Resolves a host name like `dns.lookup` and fails with `target_host_refused` when any of its addresses is link-local.
 * It works on the very addresses that are connected to, so a name that resolves differently later gains nothing.
 */
export const guardedLookup: LookupFunction = (host, options, callback) => {
  resolve(host, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, '')
      return
    }
    const [first] = addresses
    if (addresses.some(({ address }) => isLinkLocal(address))) callback(linkLocalRefused(), '')
    else if (options.all || !first) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** How undici opens connections here: within `timeoutMs`, and never to a link-local address. */
export function createConnector(timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, lookup: guardedLookup })
  return (options, callback) => {
    if (isLinkLocal(options.hostname)) callback(linkLocalRefused(), null)
    else connect(options, callback)
  }
}
