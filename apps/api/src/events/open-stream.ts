import type { Response } from 'express'

/** Why a stream ends: what it was about has ended, the token has, or the process stops. */
export type EndReason = 'finished' | 'token_expired' | 'stopping'

/** Text that waits for a reader who reads slower than things happen, in bytes; more of it ends the connection. */
const defaultPendingLimit = 4_000_000

/** How long a reader may leave everything unread, in milliseconds. */
const stuckMs = 60_000

/** How long a reader gets to read the end, in milliseconds. */
const lastWordsMs = 2_000

/** A response that is written bit by bit, at the pace of its reader. */
export interface OpenStream {
  readonly isOpen: boolean
  send(text: string): void
  /** A comment, which keeps proxies from closing a connection on which nothing happens. */
  beat(): void
  /** Resolves when the reader has caught up, or is gone. */
  caughtUp(): Promise<void>
  /** Tells why, and closes. */
  end(reason: EndReason): void
  onClose(listener: () => void): void
}

/**
 * Takes over a response whose head was written. A reader that is too slow costs at most `pendingLimit` bytes: then the
 * connection is cut, and the reader, who knows the last id it has read, comes back for the rest.
 */
export function openStream(response: Response, pendingLimit = defaultPendingLimit): OpenStream {
  let pending: string[] = []
  let pendingBytes = 0
  let blockedSince: number | null = null
  let isEnding = false
  let waiting: (() => void)[] = []

  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting = []
  }
  /** Whether the reader keeps up. */
  const write = (text: string): boolean => {
    if (response.write(text)) return true
    blockedSince ??= performance.now()
    return false
  }
  response.on('drain', () => {
    blockedSince = null
    const text = pending.join('')
    pending = []
    pendingBytes = 0
    if (text !== '' && !write(text)) return
    wake()
    if (isEnding) response.end()
  })
  response.on('close', wake)
  // A connection that breaks says so by closing.
  response.on('error', () => undefined)

  const stream: OpenStream = {
    get isOpen() {
      return !isEnding && !response.writableEnded && !response.destroyed && !response.closed
    },
    send(text) {
      if (!stream.isOpen) return
      if (blockedSince === null) {
        write(text)
        return
      }
      pending.push(text)
      pendingBytes += Buffer.byteLength(text)
      if (pendingBytes > pendingLimit) response.destroy()
    },
    beat() {
      if (blockedSince === null) stream.send(':\n\n')
      else if (performance.now() - blockedSince > stuckMs) response.destroy()
    },
    caughtUp: () =>
      blockedSince === null || !stream.isOpen
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
          }),
    end(reason) {
      if (!stream.isOpen) return
      stream.send(`event: stream.end\ndata: ${JSON.stringify({ type: 'stream.end', reason })}\n\n`)
      isEnding = true
      if (blockedSince === null) response.end()
      setTimeout(() => response.destroy(), lastWordsMs).unref()
    },
    onClose: (listener) => void response.on('close', listener),
  }
  return stream
}
