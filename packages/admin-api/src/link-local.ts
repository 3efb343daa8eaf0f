import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Failure } from '@edfi-tenants/core'
import { buildConnector } from 'undici'

const refused = new BlockList()
refused.addSubnet('169.254.0.0', 16, 'ipv4')
refused.addSubnet('fe80::', 10, 'ipv6')
// The same IPv4 range behind NAT64 and in the old IPv4-compatible form; `::ffff:…` is matched by the IPv4 rule above.
refused.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6')
refused.addSubnet('::169.254.0.0', 112, 'ipv6')
// Metadata services of clouds that stand elsewhere: AWS and Google over IPv6, Alibaba, Azure.
refused.addAddress('fd00:ec2::254', 'ipv6')
refused.addAddress('fd20:ce::254', 'ipv6')
refused.addAddress('100.100.100.200', 'ipv4')
refused.addAddress('168.63.129.16', 'ipv4')

/** Whether an address literal (IPv6 with or without brackets) is link-local, where clouds keep their metadata services. */
export function isLinkLocal(host: string): boolean {
  const address = host.startsWith('[') ? host.slice(1, -1) : host
  const family = isIP(address)
  return family !== 0 && refused.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

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
