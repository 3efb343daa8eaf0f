import { ApiError } from './api-error.js'
import { send, type SendSettings } from './send.js'

/** How a client signs in: with a token that somebody has got, or with client credentials. */
export type Credentials = { token: string } | { clientId: string; clientSecret: string; scope?: string }

/** Where tokens come from. */
export interface TokenSource {
  /** A token that is good for a while yet. */
  token(signal: AbortSignal): Promise<string>
  /** Forgets this token, which was refused; false where there is no other to be had. */
  renew(refused: string): boolean
}

/** A token is replaced when a fifth of its time is left, at most this long before its end. */
const longestMarginMs = 60_000

/** A source for these credentials. Tokens got from the API are renewed before they end; whoever asks meanwhile shares one. */
export function tokenSource(url: string, credentials: Credentials, settings: SendSettings): TokenSource {
  if ('token' in credentials) return { token: () => Promise.resolve(credentials.token), renew: () => false }
  let current: { token: string; until: number } | undefined
  let asking: { answer: Promise<string>; nobodyWaits: AbortController; waiting: number } | undefined

  async function ask(signal: AbortSignal): Promise<string> {
    const { clientId, clientSecret, scope } = credentials as Exclude<Credentials, { token: string }>
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === undefined ? {} : { scope }),
    })
    const askedAt = performance.now()
    const { body } = await send(
      {
        method: 'POST',
        url: `${url}/connect/token`,
        headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }),
        body: new TextEncoder().encode(form.toString()).buffer,
        signal,
        isSafe: true,
      },
      settings,
    )
    const { access_token: token, expires_in: seconds } = readToken(body)
    const lifetimeMs = seconds * 1000
    current = { token, until: askedAt + lifetimeMs - Math.min(longestMarginMs, lifetimeMs / 5) }
    return token
  }

  /** Asks on behalf of everybody who needs a token now, until nobody does any more. */
  function startAsking(): NonNullable<typeof asking> {
    const nobodyWaits = new AbortController()
    const answer = ask(nobodyWaits.signal).finally(() => {
      if (asking === started) asking = undefined
    })
    // Whoever waits hears of it; there may be nobody left.
    answer.catch(() => undefined)
    const started = { answer, nobodyWaits, waiting: 0 }
    return started
  }

  return {
    async token(signal) {
      signal.throwIfAborted()
      if (current && performance.now() < current.until) return current.token
      const shared = (asking ??= startAsking())
      shared.waiting++
      let stop: (() => void) | undefined
      const stopped = new Promise<never>((_, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as `throwIfAborted` does
        stop = () => reject(signal.reason)
        signal.addEventListener('abort', stop)
      })
      try {
        return await Promise.race([shared.answer, stopped])
      } finally {
        if (stop) signal.removeEventListener('abort', stop)
        shared.waiting--
        if (shared.waiting === 0) {
          if (asking === shared) asking = undefined
          shared.nobodyWaits.abort()
        }
      }
    },
    renew(refused) {
      if (current?.token === refused) current = undefined
      return true
    },
  }
}

function readToken(body: ArrayBuffer): { access_token: string; expires_in: number } {
  try {
    const token = JSON.parse(new TextDecoder().decode(body)) as { access_token?: unknown; expires_in?: unknown }
    if (typeof token.access_token === 'string' && typeof token.expires_in === 'number')
      return { access_token: token.access_token, expires_in: token.expires_in }
  } catch {
    // Said below.
  }
  throw new ApiError({
    code: 'unexpected_answer',
    detail: 'What came from /connect/token is no token; look at the address.',
  })
}
