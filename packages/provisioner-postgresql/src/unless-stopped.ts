import { stopped } from './errors.js'

/** Waits for what has no signal of its own; throws at once when the signal aborts. */
export async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop: (reason: Error) => void = () => undefined
  const aborted = new Promise<never>((_, reject) => (stop = reject))
  const onAbort = () => stop(stopped(signal))
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
