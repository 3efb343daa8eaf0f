import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Failure } from '@edfi-tenants/core'
import type { Operation } from '../operation.js'
import type { Provisioner } from '../provisioner.js'
import type { Server } from '../server.js'
import type { FromHost, FromKeeper, OperationName, ToHost, ToKeeper } from './messages.js'
import { fromPlainError } from './plain-error.js'
import { createRunningCall, type CallParts, type RunningCall } from './running-call.js'

/** Where a provisioner says what it could not say in an answer. */
export interface ProvisionerLog {
  warn(message: string, details?: Record<string, unknown>): void
  error(message: string, details?: Record<string, unknown>): void
}

/** A provisioner that runs in a process of its own: what it says of itself, and the operations it has. */
export interface IsolatedModule {
  manifest: unknown
  operations: string[]
  /** Calls one of the operations there. */
  call: (operation: OperationName, server: Server, request: unknown, parts: CallParts) => Promise<unknown>
  /** Calls the one operation that needs no more than a moment; after {@link answerLimitMs} the process is ended. */
  callBriefly: (operation: 'registeredConnectionString', server: Server, request: unknown) => Promise<unknown>
  close: () => Promise<void>
}

/** How long loading the module may take, in milliseconds. */
const startLimitMs = 30_000
/** How long an operation may take that only puts something together; then the process is taken for stuck and ended. */
const answerLimitMs = 3_000
const closeLimitMs = 5_000

/**
 * Loads a module in a process of its own. Whatever it throws there outside its operations, or however it ends, costs
 * only the operations that were running in it: they fail with `provisioner_failed`, worth repeating, and the next
 * call starts the process again. Throws when the module cannot be loaded.
 */
export async function isolateProvisioner(
  entry: string,
  location: string,
  log: ProvisionerLog,
): Promise<IsolatedModule> {
  const worker = new Worker(new URL('./keeper.js', import.meta.url), {
    workerData: { location, startLimitMs },
    execArgv: [],
  })
  const running = new Map<number, RunningCall>()
  let ids = 0
  let closing = false
  let isOver = false
  const tell = (message: ToKeeper): void => worker.postMessage(message)
  const send = (message: ToHost): void => tell({ type: 'send', message })
  const lost = (how: string): Failure =>
    new Failure('provisioner_failed', `The process of provisioner "${entry}" ended (${how}); it is started again.`, {
      retryable: true,
    })

  const over = (): Failure =>
    new Failure('provisioner_failed', `Provisioner "${entry}" is closed in this worker.`, { retryable: true })

  const loading = new Promise<{ manifest: unknown; operations: string[] }>((resolve, reject) => {
    worker.on('message', (message: FromKeeper) => {
      if (message.type === 'loaded') resolve(message)
      else if (message.type === 'broken') reject(new Error(message.message))
      else if (message.type === 'thrown')
        log.error('A provisioner threw outside of any operation', { entry, error: fromPlainError(message.error) })
      else if (message.type === 'gone') {
        reject(new Error(`cannot be loaded: its process ended (${message.how})`))
        if (!closing) log.warn('The process of a provisioner has ended', { entry, how: message.how })
        for (const id of message.calls) running.get(id)?.fail(lost(message.how))
      } else take(message)
    })
    worker.on('error', (error) => {
      reject(error)
      log.error('The thread that keeps a provisioner has ended', { entry, error })
    })
    worker.on('exit', () => {
      isOver = true
      reject(new Error('cannot be loaded: it was closed'))
      for (const call of running.values()) call.fail(over())
    })
  })

  function take(message: Extract<FromHost, { id: number }>): void {
    // A failure is in the job's record; what the plugin did not foresee is nowhere else.
    if (message.type === 'failed' && !message.error.failure && message.error.ask === undefined)
      log.error('An operation of a provisioner failed unexpectedly', { entry, error: fromPlainError(message.error) })
    running.get(message.id)?.take(message)
  }

  async function call(operation: OperationName, server: Server, request: unknown, parts: CallParts): Promise<unknown> {
    if (isOver) throw over()
    const id = ++ids
    const one = createRunningCall(id, parts, send, () => {
      log.error('An operation did not end after its signal had aborted', { entry, operation })
      tell({ type: 'kill' })
    })
    running.set(id, one)
    worker.ref()
    try {
      send({ type: 'call', id, operation, server, request: plain(request) })
      one.watch()
      return await one.ended
    } finally {
      running.delete(id)
      if (running.size === 0) worker.unref()
    }
  }

  async function callBriefly(operation: OperationName, server: Server, request: unknown): Promise<unknown> {
    const late = new AbortController()
    const timer = setTimeout(() => {
      late.abort()
      tell({ type: 'kill' })
    }, answerLimitMs)
    const quiet: Operation = { signal: late.signal, fence: () => Promise.resolve(), progress: () => undefined }
    try {
      return await call(operation, server, request, { operation: quiet })
    } catch (error) {
      throw late.signal.aborted ? lost('it did not answer') : error
    } finally {
      clearTimeout(timer)
    }
  }

  async function close(): Promise<void> {
    closing = true
    if (isOver) return
    const ended = once(worker, 'exit')
    send({ type: 'close' })
    const timer = setTimeout(() => void worker.terminate(), closeLimitMs)
    await ended
    clearTimeout(timer)
  }

  tell({ type: 'start' })
  try {
    const { manifest, operations } = await loading
    return { manifest, operations, call, callBriefly, close }
  } catch (error) {
    await close()
    throw error
  } finally {
    worker.unref()
  }
}

/** Only what JSON keeps crosses the contract; chunks do not, the other side asks for them one by one. */
const plain = (request: unknown): unknown =>
  request === undefined ? undefined : (JSON.parse(JSON.stringify(request)) as unknown)

/** The provisioner as the rest of the worker sees it. `manifest` has been checked. */
export function provisionerOf(
  { call, callBriefly, close }: IsolatedModule,
  manifest: Provisioner['manifest'],
): Provisioner {
  const named =
    (name: OperationName) =>
    (server: Server, request: unknown, operation: Operation): Promise<never> =>
      call(name, server, request, { operation }) as Promise<never>
  return {
    manifest,
    testServer: named('testServer'),
    listDatabases: (server, operation) => named('listDatabases')(server, undefined, operation),
    createDatabase: (server, request, operation) =>
      call('createDatabase', server, request, {
        operation,
        ...(request.source.kind === 'export' ? { chunks: request.source.chunks } : {}),
      }) as Promise<never>,
    dropDatabase: named('dropDatabase'),
    stopDatabase: named('stopDatabase'),
    startDatabase: named('startDatabase'),
    renameDatabase: named('renameDatabase'),
    retireDatabase: named('retireDatabase'),
    reviveDatabase: named('reviveDatabase'),
    adoptDatabase: named('adoptDatabase'),
    releaseDatabase: named('releaseDatabase'),
    exportFormats: (server, operation) => named('exportFormats')(server, undefined, operation),
    exportDatabase: (server, request, write, operation) =>
      call('exportDatabase', server, request, { operation, write }) as Promise<never>,
    probeDatabases: named('probeDatabases'),
    countDatabase: named('countDatabase'),
    runScripts: named('runScripts'),
    verifyDatabase: named('verifyDatabase'),
    registeredConnectionString: (server, request) =>
      callBriefly('registeredConnectionString', server, request) as Promise<string>,
    databaseSize: named('databaseSize'),
    close,
  }
}
