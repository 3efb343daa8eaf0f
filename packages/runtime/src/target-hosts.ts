import { BlockList, isIP } from 'node:net'
import { isLinkLocal, normaliseHost } from '@edfi-tenants/core'

/** Hosts that this installation may connect to when a request names them. */
export interface TargetHosts {
  /** Empty: any but link-local ones. */
  readonly patterns: readonly string[]
  readonly names: ReadonlySet<string>
  /** `.example.org` of `*.example.org`: what the name must end with. */
  readonly suffixes: readonly string[]
  readonly addresses: BlockList
}

/** Whether a normalised host is an address within the list. BlockList knows IPv4 addresses inside mapped ones. */
const isListed = (host: string, { addresses }: TargetHosts): boolean =>
  isIP(host) !== 0 && addresses.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')

/**
 * Reads a comma list of names, `*.suffix`, addresses and CIDR ranges. Throws a plain Error naming the first entry that is
 * none of these.
 */
export function parseTargetHosts(list: string): TargetHosts {
  const patterns = list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
  const names = new Set<string>()
  const suffixes: string[] = []
  const addresses = new BlockList()
  for (const pattern of patterns) {
    const [network = '', bits, more] = pattern.split('/')
    const version = isIP(network)
    const plain = normaliseHost(pattern.replace(/^\*\./, ''))
    if (version !== 0 && more === undefined && /^\d{1,3}$/.test(bits ?? '128')) {
      const widest = version === 6 ? 128 : 32
      if (Number(bits ?? widest) > widest) throw new Error(`has a range that is too narrow: ${pattern}`)
      addresses.addSubnet(network, Number(bits ?? widest), version === 6 ? 'ipv6' : 'ipv4')
    } else if (plain === undefined || pattern.includes('/')) {
      throw new Error(`must list hosts, *.suffixes, addresses or CIDR ranges, and this is none: ${pattern}`)
    } else if (pattern.startsWith('*.')) suffixes.push(`.${plain}`)
    else names.add(plain)
  }
  return { patterns, names, suffixes, addresses }
}

/** Every host but link-local ones. */
export const anyTargetHost: TargetHosts = parseTargetHosts('')

/**
 * Whether this installation may connect to a host that a request names. Link-local addresses and the names under which
 * clouds serve instance metadata are refused always, whatever the list says, in any spelling. A name is judged by its
 * text: whoever connects also asks about the address that it resolves to.
 */
export function isAllowedTarget(host: string, allowed: TargetHosts): boolean {
  const plain = normaliseHost(host)
  if (plain === undefined || isLinkLocal(plain)) return false
  return allowed.patterns.length === 0 || isOnList(plain, allowed)
}

/** Whether a host is named by the list itself: its name, a suffix of it, or its address. */
export function isOnList(host: string, list: TargetHosts): boolean {
  const plain = normaliseHost(host)
  if (plain === undefined) return false
  return list.names.has(plain) || list.suffixes.some((suffix) => plain.endsWith(suffix)) || isListed(plain, list)
}
