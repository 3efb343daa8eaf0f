import type { Provisioner } from '../provisioner.js'
import type { Server } from '../server.js'
import type { PlainError } from './plain-error.js'

/** What can be asked of a provisioner in another process. */
export type OperationName = Exclude<keyof Provisioner, 'manifest' | 'close'>

/** One operation; an abort signal, a fence, chunks and progress travel as messages of their own under its id. */
export interface Call {
  type: 'call'
  id: number
  operation: OperationName
  server: Server
  /** Absent for the operations that have none. Where it would hold chunks, they are asked for one by one. */
  request?: unknown
}

/** What an operation needs from the worker while it runs: its fence passed, a chunk taken, or the next one given. */
export type Need = { what: 'fence' } | { what: 'write'; chunk: Uint8Array } | { what: 'next' } | { what: 'return' }

/** To the provisioner's process. */
export type ToHost =
  | Call
  | { type: 'abort'; id: number }
  | { type: 'answer'; id: number; ask: number; value?: unknown; error?: PlainError }
  | { type: 'close' }

/** From the provisioner's process. */
export type FromHost =
  | { type: 'loaded'; manifest: unknown; operations: string[] }
  | { type: 'broken'; message: string }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'failed'; id: number; error: PlainError }
  | ({ type: 'ask'; id: number; ask: number } & Need)
  | { type: 'progress'; id: number; percent: number; detail?: string }
  | { type: 'thrown'; error: PlainError }

/** To the thread that keeps the provisioner's process. */
export type ToKeeper =
  | { type: 'start' }
  | { type: 'send'; message: ToHost }
  /** Ends a process that no longer answers. */
  | { type: 'kill' }

/** From that thread: what the process said, and that it is gone, with the calls that were running in it. */
export type FromKeeper = FromHost | { type: 'gone'; calls: number[]; how: string }
