import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Failure } from '@edfi-tenants/core'
import { isPlainHttpTarget, isWebhookTarget, type TargetHosts } from '@edfi-tenants/runtime'

/** Throws `target_host_refused` when nothing may be sent to a host at this address. */
export function assertTarget(listed: TargetHosts, host: string, address: string, protocol: string): void {
  const allowed =
    isWebhookTarget(host, address, listed) && (protocol === 'https:' || isPlainHttpTarget(host, address, listed))
  if (!allowed) throw new Failure('target_host_refused', 'Nothing is sent to this address.')
}

/**
 * Resolves like `dns.lookup`, and fails with `target_host_refused` when nothing may be sent to any of the addresses. It
 * sees the very addresses that are connected to, so a name that resolves differently later gains nothing. Addresses are
 * not looked up: {@link assertTarget}.
 */
export const guardedLookup =
  (listed: TargetHosts, protocol: string): LookupFunction =>
  (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '')
        return
      }
      try {
        for (const { address } of addresses) assertTarget(listed, host, address, protocol)
      } catch (refusal) {
        callback(refusal as Failure, '')
        return
      }
      const [first] = addresses
      if (options.all || !first) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
