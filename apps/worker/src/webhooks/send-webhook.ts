import http from 'node:http'
import https from 'node:https'
import { isAddress, isFailure, normaliseHost } from '@edfi-tenants/core'
import type { TargetHosts } from '@edfi-tenants/runtime'
import type { ClaimedDelivery } from '@edfi-tenants/store'
import { Webhook } from 'standardwebhooks'
import { assertTarget, guardedLookup } from './guarded-lookup.js'

/** How long a receiver may take, from the look-up of its name to the end of its answer, in milliseconds. */
const defaultTimeoutMs = 15_000

/** How much of an answer is taken; what it says is of no interest. */
const answerBytes = 64 * 1024

/** What became of one try. */
export interface Sent {
  /** Null where there was no answer. */
  statusCode: number | null
  /** Absent where it was taken (2xx). In words that may stand in a record: nothing of the answer itself. */
  error?: string
}

/**
 * Sends an event once, signed with every secret given (https://github.com/standard-webhooks/standard-webhooks). Redirects
 * are not followed, proxies not used, and each connection is a new one, made only to an address that is allowed. Never
 * throws.
 */
export async function sendWebhook(
  delivery: Pick<ClaimedDelivery, 'id' | 'url' | 'body' | 'secrets'>,
  options: { listed: TargetHosts; timeoutMs?: number },
): Promise<Sent> {
  const { listed, timeoutMs = defaultTimeoutMs } = options
  try {
    const url = new URL(delivery.url)
    const host = normaliseHost(url.hostname) ?? url.hostname
    if (isAddress(host)) assertTarget(listed, host, host, url.protocol)
    const { type, timestamp, data } = delivery.body
    const content = JSON.stringify({ type, timestamp, data })
    const id = `msg_${delivery.id}`
    const now = new Date()
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent: false,
      lookup: guardedLookup(listed, url.protocol),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(content),
        'User-Agent': 'edfi-tenants-webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': delivery.secrets.map((secret) => new Webhook(secret).sign(id, now, content)).join(' '),
      },
    })
    return outcomeOf(await answerTo(request, content))
  } catch (error) {
    return { statusCode: null, error: wordsFor(error) }
  }
}

/** The status of the answer, once it has ended or enough of it came. */
const answerTo = (request: http.ClientRequest, content: string): Promise<number> =>
  new Promise((resolve, reject) => {
    // Also after the answer: a connection that breaks then changes nothing.
    request.on('error', reject)
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      const done = (): void => {
        resolve(status)
        request.destroy()
      }
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes >= answerBytes) done()
      })
      response.on('end', done)
      response.on('error', reject)
    })
    request.end(content)
  })

function outcomeOf(status: number): Sent {
  if (status >= 200 && status < 300) return { statusCode: status }
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : ''
  return { statusCode: status, error: `The receiver answered ${status}${redirect}.` }
}

function wordsFor(error: unknown): string {
  if (isFailure(error)) return error.message
  const { name, code } = error as { name?: string; code?: string }
  if (name === 'TimeoutError' || name === 'AbortError') return 'The receiver took too long.'
  return `The receiver could not be reached (${code ?? 'unknown'}).`
}
