import type { Operation } from '../operation.js'
import type { FromHost, Need, ToHost } from './messages.js'
import { operationFailure, toPlainError, type PlainError } from './plain-error.js'

/** What an operation gives besides its request. */
export interface CallParts {
  operation: Operation
  write?: (chunk: Uint8Array) => Promise<void>
  chunks?: AsyncIterable<Uint8Array>
}

/** One operation that runs in the provisioner's process, seen from the worker. */
export interface RunningCall {
  ended: Promise<unknown>
  /** Begins to pass on aborting; after the call itself has been sent. */
  watch(): void
  take(message: Extract<FromHost, { id: number }>): void
  fail(error: Error): void
}

/** How long an operation may go on after its signal has aborted, in milliseconds, before its process is ended. */
const abortLimitMs = 30_000

/** Answers what the operation asks for, passes on aborting, and ends with its result. `overdue` is called when it does not. */
export function createRunningCall(
  id: number,
  { operation, write, chunks }: CallParts,
  send: (message: ToHost) => void,
  overdue: () => void,
): RunningCall {
  let resolve!: (value: unknown) => void
  let reject!: (error: unknown) => void
  const ended = new Promise<unknown>((...both) => ([resolve, reject] = both))
  /** What the worker's own side threw, by question; comes back as it was, not as a copy. */
  const thrown = new Map<number, unknown>()
  let iterator: AsyncIterator<Uint8Array> | undefined
  let timer: NodeJS.Timeout | undefined

  const abort = (): void => {
    send({ type: 'abort', id })
    timer = setTimeout(overdue, abortLimitMs)
  }

  const finish = (): void => {
    clearTimeout(timer)
    operation.signal.removeEventListener('abort', abort)
    finishChunks()
  }

  async function give(need: Need): Promise<unknown> {
    if (need.what === 'fence') return operation.fence()
    if (need.what === 'write') return write?.(need.chunk)
    if (need.what === 'return') {
      finishChunks()
      return undefined
    }
    iterator ??= chunks?.[Symbol.asyncIterator]()
    return (await iterator?.next()) ?? { done: true, value: undefined }
  }
  const finishChunks = (): void => {
    // Not waited for: whoever gives the chunks may be stuck in the next one.
    void iterator?.return?.().catch(() => undefined)
    iterator = undefined
  }

  const errorOf = (error: PlainError): unknown =>
    (error.ask === undefined ? undefined : thrown.get(error.ask)) ?? operationFailure(error)

  return {
    ended: ended.finally(finish),
    watch() {
      if (operation.signal.aborted) abort()
      else operation.signal.addEventListener('abort', abort, { once: true })
    },
    take(message) {
      if (message.type === 'result') resolve(message.value)
      else if (message.type === 'failed') reject(errorOf(message.error))
      else if (message.type === 'progress') operation.progress(message.percent, message.detail)
      else {
        const { ask } = message
        give(message).then(
          (value) => send({ type: 'answer', id, ask, value }),
          (error: unknown) => {
            thrown.set(ask, error)
            send({ type: 'answer', id, ask, error: toPlainError(error) })
          },
        )
      }
    },
    fail: reject,
  }
}
