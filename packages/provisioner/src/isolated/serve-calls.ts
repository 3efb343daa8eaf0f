import type { Operation } from '../operation.js'
import type { CreateDatabase, Provisioner } from '../provisioner.js'
import type { Call, FromHost, Need, ToHost } from './messages.js'
import { fromPlainError, toPlainError } from './plain-error.js'

interface Running {
  abort: AbortController
  /** Asks the worker for something, and waits. */
  ask(need: Need): Promise<unknown>
  answer(message: Extract<ToHost, { type: 'answer' }>): void
}

type Method = (...args: unknown[]) => unknown

/** Runs what the worker asks for, each call with a signal, a fence and progress that lead back there. */
export function serveCalls(provisioner: Provisioner, send: (message: FromHost) => void): (message: ToHost) => void {
  const running = new Map<number, Running>()

  async function serve(call: Call): Promise<void> {
    const { id } = call
    const one = createRunning(id, send)
    running.set(id, one)
    try {
      const methods = provisioner as unknown as Record<string, Method>
      send({ type: 'result', id, value: await methods[call.operation]?.(...argumentsOf(call, one, send)) })
    } catch (error) {
      send({ type: 'failed', id, error: toPlainError(error) })
    } finally {
      running.delete(id)
    }
  }

  return (message) => {
    if (message.type === 'call') void serve(message)
    else if (message.type === 'abort') running.get(message.id)?.abort.abort()
    else if (message.type === 'answer') running.get(message.id)?.answer(message)
  }
}

function createRunning(id: number, send: (message: FromHost) => void): Running {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let asks = 0
  return {
    abort: new AbortController(),
    ask: (need) =>
      new Promise((resolve, reject) => {
        const ask = ++asks
        waiting.set(ask, { resolve, reject })
        send({ type: 'ask', id, ask, ...need })
      }),
    answer: ({ ask, value, error }) => {
      const waiter = waiting.get(ask)
      waiting.delete(ask)
      if (error) waiter?.reject(fromPlainError(error, ask))
      else waiter?.resolve(value)
    },
  }
}

function argumentsOf(call: Call, one: Running, send: (message: FromHost) => void): unknown[] {
  const { id, operation: name, server } = call
  const operation: Operation = {
    signal: one.abort.signal,
    fence: () => one.ask({ what: 'fence' }).then(() => undefined),
    progress: (percent, detail) => send({ type: 'progress', id, percent, ...(detail === undefined ? {} : { detail }) }),
  }
  const request = name === 'createDatabase' ? withChunks(call.request as CreateDatabase, one) : call.request
  if (name === 'registeredConnectionString') return [server, request]
  if (name === 'exportDatabase') {
    const write = (chunk: Uint8Array) => one.ask({ what: 'write', chunk }).then(() => undefined)
    return [server, request, write, operation]
  }
  return call.request === undefined ? [server, operation] : [server, request, operation]
}

/** The chunks of an export, asked for when they are wanted. */
function withChunks(request: CreateDatabase, one: Running): CreateDatabase {
  if (request.source.kind !== 'export') return request
  const chunks: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => one.ask({ what: 'next' }) as Promise<IteratorResult<Uint8Array>>,
      return: () => {
        // Not waited for: whoever gives the chunks may be stuck.
        void one.ask({ what: 'return' }).catch(() => undefined)
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return { ...request, source: { ...request.source, chunks } }
}
