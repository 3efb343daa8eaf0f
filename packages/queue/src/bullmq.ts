import { Queue, Worker } from 'bullmq'
import type { createPostgresBackend } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Pool } from 'pg'
import type { EntryQueue, EntryWorker } from './backend.js'
import { entryOptions, keyPrefix } from './entries.js'
import type { EntryData } from './entries.js'

/** A lock that nobody renews is free after this many milliseconds: its holder is dead or cut off. */
export const lockMs = 5000
/** How often each consumer looks for entries whose lock has run out, in milliseconds. */
const stalledCheckMs = 2500

interface Connected {
  connection: Redis | Pool
  /** Absent for Redis, which is BullMQ's own default. */
  factory?: typeof createPostgresBackend
  onError: (error: unknown) => void
}

// BullMQ types a queue by its datastore's connection too; nothing here depends on that, so both are seen as one type.
/** A queue on an open connection, which stays the caller's. Writes nothing until an entry is added. */
export function newQueue(name: string, on: Connected): EntryQueue {
  const options = {
    connection: on.connection,
    prefix: keyPrefix,
    defaultJobOptions: entryOptions,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  }
  const queue = new Queue(name, options, on.factory as never) as unknown as EntryQueue
  queue.on('error', on.onError)
  return queue
}

/** A worker on an open connection, to be driven by hand: it takes, locks and finishes entries only when told to. */
export function newWorker(name: string, on: Connected): EntryWorker {
  const options = {
    connection: on.connection,
    prefix: keyPrefix,
    skipVersionCheck: true,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    // Workers that are killed are no fault of the entry: it is never given up for that.
    maxStalledCount: 1_000_000,
  }
  const worker = new Worker<EntryData>(name, null, options, on.factory as never) as unknown as EntryWorker
  worker.on('error', on.onError)
  return worker
}
