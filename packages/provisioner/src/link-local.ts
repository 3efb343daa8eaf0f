import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Failure } from '@edfi-tenants/core'

const refused = new BlockList()
// https://www.rfc-editor.org/rfc/rfc3927, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6
refused.addSubnet('169.254.0.0', 16, 'ipv4')
refused.addSubnet('fe80::', 10, 'ipv6')
// The same IPv4 range behind NAT64 and in the old IPv4-compatible form; `::ffff:…` is matched by the IPv4 rules.
refused.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6')
refused.addSubnet('::169.254.0.0', 112, 'ipv6')
// Clouds serve metadata outside the link-local ranges too: Alibaba, Azure, AWS, Google.
refused.addAddress('100.100.100.200', 'ipv4')
refused.addAddress('168.63.129.16', 'ipv4')
refused.addAddress('fd00:ec2::254', 'ipv6')
refused.addAddress('fd20:ce::254', 'ipv6')

/** Throws `target_host_refused` for an address literal that is link-local or a cloud's metadata service. */
export function assertAddressAllowed(host: string): void {
  const address = host.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '')
  const family = isIP(address)
  if (family !== 0 && refused.check(address, family === 6 ? 'ipv6' : 'ipv4'))
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
