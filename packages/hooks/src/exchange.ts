import http from 'node:http'
import https from 'node:https'
import { Failure, isFailure } from '@edfi-tenants/core'
import { assertAllowed, guardedLookup, type IsAllowedHost } from './guarded-lookup.js'

/** What came back. */
export interface Answer {
  status: number
  location: string | null
  retryAfter: string | null
  /** Text, and no more than {@link answerBytes} of it. */
  body: string
}

/** How much of an answer is read; more than that is cut off. */
const answerBytes = 64 * 1024

/**
 * Sends one request to a host that is allowed. Redirects are not followed, proxies not used, and each connection is a new
 * one, made to an address that was looked at. Fails, to be repeated, where there is no answer in time.
 */
export async function exchange(request: {
  url: URL
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | null
  timeoutMs: number
  isAllowed: IsAllowedHost
  signal: AbortSignal
}): Promise<Answer> {
  const { url, method, headers, body, timeoutMs, isAllowed, signal } = request
  assertAllowed(isAllowed, url.hostname)
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await answerTo(
      (url.protocol === 'https:' ? https : http).request(url, {
        method,
        headers,
        agent: false,
        lookup: guardedLookup,
        signal: AbortSignal.any([signal, timeout]),
      }),
      body,
    )
  } catch (error) {
    signal.throwIfAborted()
    if (isFailure(error)) throw error
    const { code } = error as { code?: string }
    const words = timeout.aborted
      ? `did not answer within ${timeoutMs / 1000} s`
      : `could not be reached (${code ?? 'unknown'})`
    throw new Failure('hook_failed', `${url.host} ${words}.`, { retryable: true, cause: error })
  }
}

const answerTo = (request: http.ClientRequest, body: string | null): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // Also after the answer: a connection that breaks then changes nothing.
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      const done = (): void => {
        resolve({
          status: response.statusCode ?? 0,
          location: response.headers.location ?? null,
          retryAfter: response.headers['retry-after'] ?? null,
          body: Buffer.concat(chunks).subarray(0, answerBytes).toString('utf8'),
        })
        request.destroy()
      }
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes >= answerBytes) done()
      })
      response.on('end', done)
      response.on('error', reject)
      // A connection that breaks in the middle of an answer ends it without `end`.
      response.on('aborted', () => reject(new Error('The answer broke off.')))
    })
    request.end(body ?? undefined)
  })
