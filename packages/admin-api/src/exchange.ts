import { currentTraceParent, inSpan, markError } from '@edfi-tenants/tracing'
import type { Agent } from 'undici'
import { abortFailure } from './abort-failure.js'
import { connectionFailure, timeoutFailure } from './connection-failure.js'

/** A request as it goes over the wire; `path` includes the path base and the query. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  headers: Record<string, string>
  body?: string
}

/** An answer with what this package looks at. */
export interface Answer {
  status: number
  /** The parsed JSON body; undefined when the body is empty or not JSON. */
  body: unknown
  location: string | null
  /** What `Retry-After` says, in milliseconds from now. */
  retryAfterMs: number | undefined
}

/**
 * Sends one request as a span of its own; the other side learns of the trace by `traceparent`. Addresses are recorded without
 * ids and queries. {@link send} says the rest.
 */
export function exchange(
  agent: Agent,
  origin: string,
  request: HttpRequest,
  bounds: { timeoutMs: number; signal: AbortSignal },
): Promise<Answer> {
  const path = pathWithoutIds(request.path)
  const attributes = {
    'http.request.method': request.method,
    'url.template': path,
    'server.address': new URL(origin).host,
  }
  return inSpan(`${request.method} ${path}`, { kind: 'client', attributes }, async (span) => {
    const traceparent = currentTraceParent()
    const headers = traceparent === null ? request.headers : { ...request.headers, traceparent }
    const answer = await send(agent, origin, { ...request, headers }, bounds)
    span.setAttribute('http.response.status_code', answer.status)
    if (answer.status >= 400) markError(span)
    return answer
  })
}

const pathWithoutIds = (path: string): string => (path.split('?')[0] ?? '').replace(/\/\d+(?=\/|$)/g, '/{id}')

/**
 * Sends one request and reads its answer, in `timeoutMs` altogether. Redirects are not followed: they would carry
 * credentials elsewhere. Answers of any status are returned; without one it fails with a `Failure`.
 */
async function send(
  agent: Agent,
  origin: string,
  request: HttpRequest,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Answer> {
  if (signal.aborted) throw abortFailure(signal)
  const bounds = new AbortController()
  const giveUp = () => bounds.abort(abortFailure(signal))
  const timer = setTimeout(() => bounds.abort(timeoutFailure(timeoutMs)), timeoutMs)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    const { statusCode, headers, body } = await agent.request({
      origin,
      path: request.path,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: bounds.signal,
    })
    const text = await body.text()
    return {
      status: statusCode,
      body: parseJson(text),
      location: single(headers.location) ?? null,
      retryAfterMs: retryAfter(single(headers['retry-after'])),
    }
  } catch (error) {
    throw connectionFailure(bounds.signal.aborted ? bounds.signal.reason : error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

const single = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Seconds or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const until = Date.parse(header)
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now())
}
