import { randomUUID } from 'node:crypto'
import createClient, { type Client } from 'openapi-fetch'
import { responseOf, type Answer } from './answer.js'
import { ApiError } from './api-error.js'
import type { paths } from './generated/openapi.js'
import { send, type Outgoing, type SendSettings } from './send.js'
import { tokenSource, type Credentials } from './token-source.js'

/** What a client is made with. */
export interface ApiClientOptions {
  /** Address of the API, for example `https://tenants.example.org`; a path before `/v1` is kept. */
  url: string
  credentials: Credentials
  /** How long a request that fails in passing is repeated; default one minute. 0: never, Infinity: until it succeeds. */
  retryForMs?: number
  /** How long one attempt may take; default two minutes. */
  timeoutMs?: number
  /** Before the second attempt; default a quarter of a second, and twice as long before each further one. */
  firstPauseMs?: number
  /** Hears of every attempt that failed and is repeated. */
  onRetry?: (error: ApiError, inMs: number) => void
  /** Stands in `User-Agent`. */
  userAgent?: string
  fetch?: typeof globalThis.fetch
}

/**
 * The calls of the API, by method and path; types come from its OpenAPI document. A call that does not succeed throws an
 * {@link ApiError}, so {@link dataOf} may be put around each.
 */
export type ApiClient = Client<paths, 'application/json'>

/**
 * A client of the API. It signs in by itself, repeats what fails in passing, and gives every POST and DELETE under `/v1`
 * an `Idempotency-Key` unless the caller has one, so that repeating it does nothing twice.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const url = options.url.replace(/\/+$/, '')
  const settings: SendSettings = {
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 120_000,
    retryForMs: options.retryForMs ?? 60_000,
    firstPauseMs: options.firstPauseMs ?? 250,
    ...(options.onRetry ? { onRetry: options.onRetry } : {}),
  }
  const tokens = tokenSource(url, options.credentials, settings)

  async function sendSignedIn(request: Outgoing): Promise<Answer> {
    for (let isRenewed = false; ; isRenewed = true) {
      const token = await tokens.token(request.signal)
      request.headers.set('authorization', `Bearer ${token}`)
      try {
        return await send(request, settings)
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401 || isRenewed || !tokens.renew(token)) throw error
      }
    }
  }

  return createClient<paths, 'application/json'>({
    baseUrl: url,
    headers: { accept: 'application/json', ...(options.userAgent ? { 'user-agent': options.userAgent } : {}) },
    // `label.stage=prod`, as the document says: the keys of the object are the parameters' names.
    querySerializer: { object: { style: 'form', explode: true } },
    fetch: async (request) => {
      const { method, headers, signal } = request
      const isKeyed = (method === 'POST' || method === 'DELETE') && new URL(request.url).pathname.includes('/v1/')
      if (isKeyed && !headers.has('idempotency-key')) headers.set('idempotency-key', randomUUID())
      const outgoing: Outgoing = {
        method,
        url: request.url,
        headers: new Headers(headers),
        body: request.body === null ? null : await request.arrayBuffer(),
        signal,
        isSafe: method === 'GET' || isKeyed,
      }
      return responseOf(await sendSignedIn(outgoing))
    },
  })
}

/** What a call has answered with; for calls that answer with nothing, undefined. */
export async function dataOf<A extends { data?: unknown }>(answer: Promise<A>): Promise<Exclude<A['data'], undefined>> {
  return (await answer).data as Exclude<A['data'], undefined>
}
