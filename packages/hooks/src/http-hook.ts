import { Failure, type HttpHookSettings, type JsonObject } from '@edfi-tenants/core'
import { Webhook } from 'standardwebhooks'
import { readAnswer, retryAfterMs } from './answer.js'
import { exchange, type Answer } from './exchange.js'
import type { IsAllowedHost } from './guarded-lookup.js'
import type { HookCall, HookOutcome } from './hook-call.js'

/** What is kept of a call that was answered 202. */
interface Polling {
  location: string
  /** When it is given up. */
  until: string
}

/** How long to wait before looking again, where the answer does not say; in milliseconds. */
const usualPauseMs = 5_000

/**
 * Makes a signed call (https://github.com/standard-webhooks/standard-webhooks), or looks how the one goes that was
 * answered 202 with a `Location`. Only that origin is ever asked.
 */
export async function callHttpHook(
  call: HookCall,
  settings: HttpHookSettings,
  isAllowed: IsAllowedHost,
): Promise<HookOutcome> {
  const polling = call.state as Polling | null
  const url = new URL(settings.url)
  if (polling && new URL(polling.location).origin === url.origin) return poll(call, settings, polling, isAllowed)

  const body = JSON.stringify({
    id: call.id,
    type: `instance.${call.event}`,
    timestamp: call.timestamp,
    data: { ...call.data, action: call.action },
  })
  const answer = await exchange({ ...partsOf(call, settings, url, body), isAllowed })
  if (answer.status === 202 && answer.location !== null) {
    const location = URL.canParse(answer.location, url.href) ? new URL(answer.location, url) : null
    if (location?.origin !== url.origin)
      throw new Failure('hook_failed', `${url.host} answered 202 with a Location elsewhere, which is not called.`)
    const until = new Date(Date.now() + settings.pollForSeconds * 1000).toISOString()
    return goesOn({ location: location.href, until }, answer)
  }
  if (isGood(answer.status)) return { done: true, detail: readAnswer(answer).detail ?? `answered ${answer.status}` }
  throw refusal(url, answer)
}

async function poll(
  call: HookCall,
  settings: HttpHookSettings,
  polling: Polling,
  isAllowed: IsAllowedHost,
): Promise<HookOutcome> {
  const url = new URL(polling.location)
  if (Date.parse(polling.until) < Date.now())
    throw new Failure('hook_failed', `${url.host} had not come to an end after ${settings.pollForSeconds} s.`)
  const answer = await exchange({ ...partsOf(call, settings, url, null), isAllowed })
  if (!isGood(answer.status)) throw refusal(url, answer)
  const { status, detail } = readAnswer(answer)
  if (answer.status === 200 && status === 'succeeded') return { done: true, detail: detail ?? 'succeeded' }
  if (answer.status === 200 && status === 'failed')
    throw new Failure('hook_failed', `${url.host} failed${detail === null ? '.' : `: ${detail}`}`)
  return goesOn(polling, answer)
}

function goesOn(polling: Polling, answer: Answer): HookOutcome {
  const left = Math.max(0, Date.parse(polling.until) - Date.now())
  return {
    done: false,
    // Once more when the time is up, to say so.
    waitMs: Math.min(retryAfterMs(answer.retryAfter) ?? usualPauseMs, left + 1),
    state: { ...polling } satisfies JsonObject,
    detail: readAnswer(answer).detail ?? 'at work',
  }
}

const isGood = (status: number): boolean => status >= 200 && status < 300

/** Whether the same call may be answered otherwise later. */
const mayPass = (status: number): boolean => status >= 500 || [408, 425, 429].includes(status)

function refusal(url: URL, answer: Answer): Failure {
  const redirect = answer.status >= 300 && answer.status < 400 ? '; redirects are not followed' : ''
  const { detail } = readAnswer(answer)
  const wished = retryAfterMs(answer.retryAfter)
  return new Failure(
    'hook_failed',
    `${url.host} answered ${answer.status}${redirect}${detail === null ? '' : `: ${detail}`}.`,
    {
      retryable: mayPass(answer.status),
      ...(wished === null ? {} : { retryAfterMs: wished }),
    },
  )
}

/** A request with the signature that proves it is ours; that of a request without body covers an empty one. */
function partsOf(call: HookCall, settings: HttpHookSettings, url: URL, body: string | null) {
  const now = new Date()
  const { secret, headers } = call.secrets
  if (secret === undefined) throw new Failure('hook_failed', `The hook "${call.hook.name}" has no secret on record.`)
  return {
    url,
    method: body === null ? ('GET' as const) : ('POST' as const),
    body,
    timeoutMs: settings.timeoutMs,
    signal: call.signal,
    headers: {
      ...headers,
      'User-Agent': 'edfi-tenants-hooks',
      Accept: 'application/json',
      ...(body === null
        ? {}
        : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
      'webhook-id': call.id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(call.id, now, body ?? ''),
    },
  }
}
