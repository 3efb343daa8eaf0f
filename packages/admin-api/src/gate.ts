import { abortFailure } from './abort-failure.js'

/** Lets at most `limit` things happen at a time; those who wait come in order, and may give up waiting. */
export interface Gate {
  limit: number
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** A gate with so many places. Its limit may be changed at any time and holds for whoever enters next. */
export function createGate(limit: number): Gate {
  const waiting = new Set<() => void>()
  let inside = 0

  const gate: Gate = {
    limit,
    async run(signal, work) {
      await enter(signal)
      try {
        return await work()
      } finally {
        inside--
        admit()
      }
    },
  }

  function admit() {
    for (const next of waiting) {
      if (inside >= gate.limit) return
      waiting.delete(next)
      inside++
      next()
    }
  }

  function enter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortFailure(signal))
        return
      }
      const giveUp = () => {
        waiting.delete(admitted)
        reject(abortFailure(signal))
      }
      const admitted = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      signal.addEventListener('abort', giveUp, { once: true })
      waiting.add(admitted)
      admit()
    })
  }

  return gate
}
