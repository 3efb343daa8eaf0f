import { setTimeout as sleep } from 'node:timers/promises'
import { isFailure } from '@edfi-tenants/core'
import { abortFailure } from './abort-failure.js'

/** How often something is tried, and how long at most is waited in between; longer waiting is up to the caller. */
const tries = 3
const firstPauseMs = 200
const longestPauseMs = 2000

/**
 * Tries again, twice at most and after short pauses with jitter, what failed retryably. A `retryAfterMs` of the failure is
 * kept to; when it is longer than two seconds the failure is passed on at once. No try starts later than `withinMs`.
 */
export async function repeat<T>(
  attempt: () => Promise<T>,
  { mayRepeat, signal, withinMs }: { mayRepeat: () => boolean; signal: AbortSignal; withinMs: number },
): Promise<T> {
  const start = performance.now()
  for (let tried = 1; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (!isFailure(error) || !error.retryable || signal.aborted || tried === tries || !mayRepeat()) throw error
      const jitter = 0.5 + Math.random()
      const pauseMs = Math.max(error.retryAfterMs ?? 0, firstPauseMs * 2 ** (tried - 1) * jitter)
      if (pauseMs > longestPauseMs || performance.now() - start + pauseMs > withinMs) throw error
      await sleep(pauseMs, undefined, { signal }).catch(() => {
        throw abortFailure(signal)
      })
    }
  }
}
