import { isInternal, isLinkLocal } from '@edfi-tenants/core'
import { isOnList, type TargetHosts } from './target-hosts.js'

/**
 * Whether webhooks may be sent to a host at an address that it resolves to (or that it is). With a list of hosts: those
 * named there, by name or address, wherever they are; without: any that the internet reaches. Link-local addresses and
 * cloud metadata are refused always.
 */
export function isWebhookTarget(host: string, address: string, listed: TargetHosts): boolean {
  if (isLinkLocal(host) || isLinkLocal(address)) return false
  if (listed.patterns.length > 0) return isOnList(host, listed) || isOnList(address, listed)
  return !isInternal(host) && !isInternal(address)
}

/** Whether a host may be called over plain http, where everybody on the way can read: only one that is named on the list. */
export const isPlainHttpTarget = (host: string, address: string, listed: TargetHosts): boolean =>
  isOnList(host, listed) || isOnList(address, listed)
