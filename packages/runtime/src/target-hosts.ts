import { BlockList, isIP } from 'node:net'

/** Hosts that this installation may connect to when a request names them. */
export interface TargetHosts {
  /** Empty: any but link-local ones. */
  readonly patterns: readonly string[]
  readonly names: ReadonlySet<string>
  /** `.example.org` of `*.example.org`: what the name must end with. */
  readonly suffixes: readonly string[]
  readonly addresses: BlockList
}

const linkLocal = new BlockList()
// https://www.rfc-editor.org/rfc/rfc3927, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')
// AWS and Alibaba Cloud serve instance metadata outside the link-local ranges too.
linkLocal.addAddress('fd00:ec2::254', 'ipv6')
linkLocal.addAddress('fd20:ce::254', 'ipv6')
linkLocal.addAddress('100.100.100.200', 'ipv4')
linkLocal.addAddress('168.63.129.16', 'ipv4')

const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

const hostName = /^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/

/**
 * One spelling per host: lower case, no brackets, no final dot, no zone, and the dotted form of an address that is
 * written as one number or in hex or octal. Undefined for what is no host at all.
 */
function normalise(host: string): string | undefined {
  const plain = host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')
  if (isIP(plain) === 6) return new URL(`http://[${plain}]`).hostname.slice(1, -1)
  if (!hostName.test(plain)) return undefined
  // The URL parser reads numbers as the resolver of the system does: 2852039166 is 169.254.169.254.
  return URL.canParse(`http://${plain}`) ? new URL(`http://${plain}`).hostname : undefined
}

/** The IPv4 address inside an IPv4-mapped, NAT64 or 6to4 one; those reach the same machine. */
function embedded4(address: string): string | undefined {
  const groups = groupsOf(address)
  const join = (high = 0, low = 0) => [high >> 8, high & 255, low >> 8, low & 255].join('.')
  const leading = (count: number) => groups.slice(0, count).every((group) => group === 0)
  if (leading(5) && groups[5] === 0xffff) return join(groups[6], groups[7])
  if (leading(6) && (groups[6] ?? 0) !== 0) return join(groups[6], groups[7])
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return join(groups[6], groups[7])
  return groups[0] === 0x2002 ? join(groups[1], groups[2]) : undefined
}

/** The eight groups of a normalised IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = parse(head)
  const after = parse(tail ?? '')
  return tail === undefined ? before : [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** All addresses that a normalised host stands for by itself; none for a name. */
function addressesOf(host: string): string[] {
  const version = isIP(host)
  if (version === 0) return []
  const inner = version === 6 ? embedded4(host) : undefined
  return inner === undefined ? [host] : [host, inner]
}

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
    const plain = normalise(pattern.replace(/^\*\./, ''))
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
 * text: whoever connects also asks about the address that it resolves to (see {@link isLinkLocal}).
 */
export function isAllowedTarget(host: string, allowed: TargetHosts): boolean {
  const plain = normalise(host)
  if (plain === undefined || isLinkLocal(plain)) return false
  if (allowed.patterns.length === 0) return true
  if (allowed.names.has(plain) || allowed.suffixes.some((suffix) => plain.endsWith(suffix))) return true
  return addressesOf(plain).some((address) => isIn(allowed.addresses, address))
}

/** Whether a host or address reaches the link-local network or a cloud's instance metadata. */
export function isLinkLocal(host: string): boolean {
  const plain = normalise(host)
  if (plain === undefined) return false
  return metadataNames.has(plain) || addressesOf(plain).some((address) => isIn(linkLocal, address))
}
