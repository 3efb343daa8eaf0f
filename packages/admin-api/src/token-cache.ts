import { createInFlight } from './in-flight.js'

/** A token as signing in gives it. */
export interface SignedIn {
  token: string
  expiresInSeconds: number
}

/** Remembers tokens until shortly before they expire. Keys hold whatever the sign-in depended on. */
export interface TokenCache {
  get(key: string, signal: AbortSignal, signIn: () => Promise<SignedIn>): Promise<string>
  /** Forgets the token, unless it was replaced meanwhile by one that may well be good. */
  reject(key: string, token: string): void
}

/** A token is no longer used in its last minute, or in the last fifth of a life shorter than five minutes. */
const renewalMs = 60_000
const renewalShare = 0.2

/** An empty cache; per key there is one sign-in at a time. */
export function createTokenCache(): TokenCache {
  const inFlight = createInFlight<string>()
  const tokens = new Map<string, { token: string; until: number }>()

  return {
    async get(key, signal, signIn) {
      const known = tokens.get(key)
      if (known && performance.now() < known.until) return known.token
      return inFlight(key, signal, async () => {
        const asked = performance.now()
        const { token, expiresInSeconds } = await signIn()
        const lifeMs = expiresInSeconds * 1000
        for (const [old, { until }] of tokens) if (until < asked) tokens.delete(old)
        tokens.set(key, { token, until: asked + lifeMs - Math.min(renewalMs, lifeMs * renewalShare) })
        return token
      })
    },
    reject(key, token) {
      if (tokens.get(key)?.token === token) tokens.delete(key)
    },
  }
}
