import { abortFailure } from './abort-failure.js'

/** Joins whoever asks for the same key to the work that already runs for it. */
export type InFlight<T> = (key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>

/**
 * Runs work at most once at a time per key. A signal ends only the waiting of the one who gave it: the others still get
 * the answer.
 */
export function createInFlight<T>(): InFlight<T> {
  const running = new Map<string, Promise<T>>()
  return (key, signal, work) => {
    let shared = running.get(key)
    if (!shared) {
      shared = work().finally(() => running.delete(key))
      shared.catch(() => undefined) // When all who waited have gone, nobody is left to hear of the failure.
      running.set(key, shared)
    }
    return unlessAborted(shared, signal)
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortFailure(signal))
      return
    }
    const giveUp = () => reject(abortFailure(signal))
    signal.addEventListener('abort', giveUp, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
