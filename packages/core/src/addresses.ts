/** A network: the first bits of an address, and how many of them count. */
interface Network {
  groups: readonly number[]
  bits: number
}

const hostName = /^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/

/**
 * One spelling per host: lower case, no brackets, no final dot, no zone, and the dotted form of an address that is
 * written as one number or in hex or octal. Undefined for what is no host at all.
 */
export function normaliseHost(host: string): string | undefined {
  const plain = host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')
  if (plain.includes(':'))
    return URL.canParse(`http://[${plain}]`) ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : undefined
  if (!hostName.test(plain)) return undefined
  // The URL parser reads numbers as the resolver of the system does: 2852039166 is 169.254.169.254.
  return URL.canParse(`http://${plain}`) ? new URL(`http://${plain}`).hostname : undefined
}

const dotted = /^\d+\.\d+\.\d+\.\d+$/

/** An address as eight groups of 16 bits, an IPv4 one as IPv6 maps it; undefined for a name. Takes a normalised host. */
function groupsOf(host: string): number[] | undefined {
  if (dotted.test(host)) {
    const [a = 0, b = 0, c = 0, d = 0] = host.split('.').map(Number)
    return mapped4((a << 8) | b, (c << 8) | d)
  }
  if (!host.includes(':')) return undefined
  const [head = '', tail] = host.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = parse(head)
  const after = parse(tail ?? '')
  return tail === undefined ? before : [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}

const mapped4 = (high: number, low: number): number[] => [0, 0, 0, 0, 0, 0xffff, high, low]

/** The IPv4 address inside an IPv4-compatible, NAT64 or 6to4 one, as IPv6 maps it: those reach the same machine. */
function embedded4(groups: readonly number[]): number[] | undefined {
  const [first = 0, second = 0, third = 0] = groups
  const tail = (at: number) => mapped4(groups[at] ?? 0, groups[at + 1] ?? 0)
  if (groups.slice(0, 6).every((group) => group === 0) && groups[6] !== 0) return tail(6)
  if (first === 0x64 && second === 0xff9b && third === 0) return tail(6)
  return first === 0x2002 ? tail(1) : undefined
}

const network = (range: string): Network => {
  const [address = '', bits = ''] = range.split('/')
  const groups = groupsOf(address)
  if (!groups) throw new Error(`${range} is no network.`)
  return { groups, bits: Number(bits) + (dotted.test(address) ? 96 : 0) }
}

const isIn = (groups: readonly number[], { groups: of, bits }: Network): boolean =>
  groups.every((group, at) => {
    const counted = Math.min(16, Math.max(0, bits - at * 16))
    return group >> (16 - counted) === (of[at] ?? 0) >> (16 - counted)
  })

// https://www.rfc-editor.org/rfc/rfc3927, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6
const linkLocal = [
  '169.254.0.0/16',
  'fe80::/10',
  // Clouds serve instance metadata outside the link-local ranges too: Alibaba, Azure, AWS, Google.
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
].map(network)

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast
const internal4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
].map(network)
const mapped = network('0.0.0.0/0')

// https://www.iana.org/assignments/ipv6-address-space: only this is handed out for the internet, but for the parts of
// https://www.iana.org/assignments/iana-ipv6-special-registry
const public6 = network('2000::/3')
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '64:ff9b::/96', '64:ff9b:1::/48'].map(network)

const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

/** All addresses that a host stands for by itself, in groups; none for a name. */
function addressesOf(host: string): number[][] {
  const groups = groupsOf(host)
  if (!groups) return []
  const inner = embedded4(groups)
  return inner ? [groups, inner] : [groups]
}

/** Whether a host is an address and not a name; in any spelling. */
export function isAddress(host: string): boolean {
  const plain = normaliseHost(host)
  return plain !== undefined && addressesOf(plain).length > 0
}

/**
 * Whether a host, in any spelling, is a link-local address, a cloud's metadata service, or a name of one. An address
 * inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.
 */
export function isLinkLocal(host: string): boolean {
  const plain = normaliseHost(host)
  if (plain === undefined) return false
  return metadataNames.has(plain) || addressesOf(plain).some((groups) => linkLocal.some((each) => isIn(groups, each)))
}

/**
 * Whether a host, in any spelling, is an address that the internet does not reach: loopback, private, link-local,
 * multicast, reserved. Of a name only its ending tells (`localhost`, `.local`, `.internal`); whoever connects to one
 * asks again about what it resolves to.
 */
export function isInternal(host: string): boolean {
  const plain = normaliseHost(host)
  if (plain === undefined || isLinkLocal(plain)) return true
  const addresses = addressesOf(plain)
  if (addresses.length === 0) return !plain.includes('.') || /\.(localhost|local|internal)$/.test(plain)
  return addresses.some((groups) => isInternalAddress(groups)) && !reachesPublic4(addresses)
}

const isInternalAddress = (groups: readonly number[]): boolean =>
  isIn(groups, mapped)
    ? internal4.some((each) => isIn(groups, each))
    : !isIn(groups, public6) || special6.some((each) => isIn(groups, each))

/** NAT64 and 6to4 addresses are as public as the IPv4 address inside. */
const reachesPublic4 = ([, inner]: readonly number[][]): boolean => inner !== undefined && !isInternalAddress(inner)
