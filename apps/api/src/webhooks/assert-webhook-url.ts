import { lookup } from 'node:dns/promises'
import { Failure, isAddress, isInternal, normaliseHost } from '@edfi-tenants/core'
import { isPlainHttpTarget, isWebhookTarget, type TargetHosts } from '@edfi-tenants/runtime'

/** How long a name server may take, in milliseconds; what it does not say in time is looked at when something is sent. */
const lookupMs = 2_000

/**
 * Throws `target_host_refused` for a URL that events may not be sent to. Whoever sends asks again about the addresses
 * that it connects to, so a name that leads elsewhere later gains nothing; this tells a mistake early.
 */
export async function assertWebhookUrl(listed: TargetHosts, url: string): Promise<void> {
  const { protocol, hostname } = new URL(url)
  const host = normaliseHost(hostname) ?? hostname
  const addresses = isAddress(host) ? [host] : await resolve(host)
  const allowed = (addresses.length > 0 ? addresses : [host]).every((address) => isWebhookTarget(host, address, listed))
  if (!allowed) {
    const why = isInternal(host) || addresses.some(isInternal) ? ', which leads to an internal address' : ''
    throw refused(`Events may not be sent to the host "${host}"${why}.`)
  }
  if (
    protocol === 'http:' &&
    !(addresses.length > 0 ? addresses : [host]).every((each) => isPlainHttpTarget(host, each, listed))
  )
    throw refused('Events are sent over https only, but for hosts that the operator has listed.')
}

const refused = (detail: string) => new Failure('target_host_refused', detail, { extensions: { pointer: '/url' } })

/** The addresses of a name; none when it has none, or nobody says so in time. */
async function resolve(host: string): Promise<string[]> {
  const answer = lookup(host, { all: true }).catch(() => [])
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<[]>((done) => {
    timer = setTimeout(() => {
      done([])
    }, lookupMs)
  })
  const addresses = await Promise.race([answer, late])
  clearTimeout(timer)
  return addresses.map(({ address }) => address)
}
