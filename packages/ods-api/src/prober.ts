import { createHash } from 'node:crypto'
import { assertAddressAllowed, guardedLookup } from '@edfi-tenants/provisioner'
import { Agent } from 'undici'
import type { OdsApiConnection, OdsApiProbe } from './ods-api.js'
import { odsPrefix } from './ods-endpoints.js'
import { checkContexts } from './route-template.js'

/** How long one request may take, in milliseconds. The first read after a start opens connection pools, and is slow. */
const patienceMs = 10_000

/** A token is renewed so long before it ends, in milliseconds. */
const renewalMs = 60_000

/** Asks ODS/APIs themselves whether they can serve an instance. */
export interface Prober {
  probe(
    connection: OdsApiConnection,
    instance: { adminTenant: string; contexts: Record<string, string> },
    signal: AbortSignal,
  ): Promise<OdsApiProbe>
  close(): Promise<void>
}

interface Answer {
  status: number
  body: Record<string, unknown>
}

/** What ends a probe before its read: words for people. */
class Unanswered extends Error {}

/** The probe's client was refused: that says nothing about the instance. */
class Refused extends Unanswered {}

/**
 * Reads one school of an instance with a token of the probe's client. Tokens are kept for as long as they last, since
 * ODS/API lets a client have only so many at a time (`ApiSettings:BearerTokenPerClientLimit`).
 */
export function createProber(): Prober {
  const agent = new Agent({ connect: { timeout: patienceMs, lookup: guardedLookup }, connections: 8 })
  const tokens = new Map<string, { token: string; endsAt: number }>()

  async function ask(url: string, options: AskOptions, signal: AbortSignal): Promise<Answer> {
    const { origin, pathname, search, hostname } = new URL(url)
    assertAddressAllowed(hostname)
    const { statusCode, body } = await agent.request({
      origin,
      path: pathname + search,
      method: options.form ? 'POST' : 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'edfi-tenant-management-api',
        authorization: options.authorization,
        ...(options.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      body: options.form ?? null,
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    })
    return { status: statusCode, body: parseRecord(await body.text()) }
  }

  /** A kept token, or a new one. */
  async function tokenOf(key: string, prefix: string, client: ProbeClient, signal: AbortSignal) {
    const kept = tokens.get(key)
    if (kept && kept.endsAt > Date.now()) return { token: kept.token, fresh: false }
    // https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    const basic = Buffer.from(`${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`)
    const { status, body } = await ask(
      `${prefix}/oauth/token`,
      { authorization: `Basic ${basic.toString('base64')}`, form: 'grant_type=client_credentials' },
      signal,
    )
    const token = body['access_token']
    if (status === 200 && typeof token === 'string') {
      const seconds = typeof body['expires_in'] === 'number' ? body['expires_in'] : 0
      tokens.set(key, { token, endsAt: Date.now() + seconds * 1000 - renewalMs })
      return { token, fresh: true }
    }
    const refused = [400, 401, 403, 429].includes(status)
    throw new (refused ? Refused : Unanswered)(`ODS/API gave no token: ${describe({ status, body }, client)}`)
  }

  async function read(prefix: string, key: string, client: ProbeClient, signal: AbortSignal): Promise<OdsApiProbe> {
    for (;;) {
      const { token, fresh } = await tokenOf(key, prefix, client, signal)
      const begun = performance.now()
      const url = `${prefix}/data/v3/ed-fi/schools?limit=1&offset=0`
      const answer = await ask(url, { authorization: `Bearer ${token}` }, signal)
      if (answer.status === 200) return { status: 'healthy', latencyMs: Math.round(performance.now() - begun) }
      if (answer.status === 401) tokens.delete(key)
      if (answer.status === 401 && !fresh) continue
      const reason = `ODS/API answered a read of schools with ${describe(answer, client)}`
      // Not allowed to read schools, or not linked with the instance: a matter of the client.
      return { status: [401, 403].includes(answer.status) ? 'not_checked' : 'unhealthy', reason }
    }
  }

  return {
    async probe({ baseUrl, contextRouteTemplate, probe: client }, { adminTenant, contexts }, signal) {
      signal.throwIfAborted()
      if (baseUrl === null) return notChecked('The environment has no address of ODS/API on record.')
      if (client === null) return notChecked('The environment has no client on record to ask ODS/API with.')
      const [fault] = checkContexts(contextRouteTemplate, contexts)
      if (fault) return { status: 'unhealthy', reason: `ODS/API cannot find the instance: ${fault.detail}` }
      try {
        const prefix = odsPrefix({ baseUrl, adminTenant, contextRouteTemplate, contexts })
        const secretHash = createHash('sha256').update(client.clientSecret).digest('base64')
        const key = JSON.stringify([baseUrl, adminTenant.toLowerCase(), client.clientId, secretHash])
        return await read(prefix, key, client, signal)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (error instanceof Refused) return notChecked(error.message)
        return { status: 'unhealthy', reason: error instanceof Unanswered ? error.message : unreachable(error) }
      }
    },
    close: () => agent.destroy(),
  }
}

type ProbeClient = NonNullable<OdsApiConnection['probe']>

interface AskOptions {
  authorization: string
  /** The body of a POST; absent: a GET. */
  form?: string
}

const notChecked = (reason: string): OdsApiProbe => ({ status: 'not_checked', reason })

function unreachable(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `ODS/API did not answer within ${patienceMs / 1000} s.`
  return `ODS/API cannot be reached: ${error instanceof Error ? error.message : String(error)}`
}

/** Status and ODS/API's own words, shortened and without our secret: they end up in reports. */
function describe({ status, body }: Answer, { clientSecret }: ProbeClient): string {
  const words = [body['detail'], body['message'], body['error_description'], body['error'], body['title']]
    .find((each) => typeof each === 'string' && each !== '')
    ?.toString()
    .replaceAll(clientSecret, '***')
    .slice(0, 200)
  return words === undefined ? `${status}.` : `${status}: ${words}`
}

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
