import { QueueUnreachable } from './port.js'

/** Longest wait for the queue inside a request, in milliseconds. */
export const answerLimitMs = 450

/**
 * What the promise gives, or {@link QueueUnreachable} after `ms` milliseconds. An answer that has already arrived while
 * this process was busy still counts. The promise goes on by itself; its later failure is ignored.
 */
export async function withinTimeLimit<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    // Timers fire before sockets are read, hence the extra turn of the event loop.
    timer = setTimeout(() => setImmediate(() => reject(new QueueUnreachable(`no answer within ${ms} ms`))), ms)
  })
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
    late.catch(() => undefined)
  }
}

/** Waits, or returns early when the signal is aborted; never rejects. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
