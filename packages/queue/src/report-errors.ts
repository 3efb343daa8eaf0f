import type { QueueLog } from './port.js'

const repeatAfterMs = 10_000

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? String(error.code) : ''
  return [code, error.message].filter((part) => part !== '').join(' ') || error.name
}

/**
 * A listener for connection errors that keeps the log readable: while the queue is away the same complaint comes many
 * times a second, and is written once in ten.
 */
export function reportErrors(log: QueueLog): (error: unknown) => void {
  const lastWritten = new Map<string, number>()
  return (error) => {
    const reason = describe(error)
    const now = Date.now()
    if (now - (lastWritten.get(reason) ?? -repeatAfterMs) < repeatAfterMs) return
    if (lastWritten.size > 100) lastWritten.clear()
    lastWritten.set(reason, now)
    log.warn('Trouble with the queue; it is tried again by itself', { reason })
  }
}
