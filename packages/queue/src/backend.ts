import type { IQueueBackend, Queue, Worker } from 'bullmq'
import type { EntryData } from './entries.js'
import { openPostgresBackend } from './postgres-backend.js'
import { openRedisBackend } from './redis-backend.js'

/** A BullMQ queue that holds our entries, whichever datastore is behind it. */
export type EntryQueue = Queue<EntryData, void>
/** A BullMQ worker that takes our entries, whichever datastore is behind it. */
export type EntryWorker = Worker<EntryData, void, string, IQueueBackend>

/** What a backend is opened for. */
export interface BackendOptions {
  url: string
  /**
   * `ask`: whoever asks gets an answer or an error soon, so nothing is held back while the datastore is away.
   * `take`: waits as long as it takes for the datastore to come back.
   */
  purpose: 'ask' | 'take'
  /** Connections to PostgreSQL at most; Redis needs one, and one more per route that is taken from. */
  connections: number
  /** Everything a connection complains about; one that broke is opened again by itself. */
  onError: (error: unknown) => void
}

/** One datastore that BullMQ can work on: sibling files, same shape. */
export interface Backend {
  /** Waits until the datastore can be used, and makes it ready for that; may be repeated. */
  prepare(): Promise<void>
  ping(): Promise<void>
  openQueue(name: string): EntryQueue
  /** A worker that runs nothing by itself. */
  openWorker(name: string): EntryWorker
  /** How many seconds a consumer waits for the sign that an entry has come before it looks itself. */
  waitSeconds: number
  /** The names of all queues that have ever held an entry, of whatever installation. */
  listQueueNames(): Promise<string[]>
  close(): Promise<void>
}

/** Opens what the URL's scheme stands for. Does not wait for the datastore. Throws on a scheme that is none of ours. */
export function openBackend(options: BackendOptions): Backend {
  const scheme = /^[a-z]+:/.exec(options.url)?.[0]
  switch (scheme) {
    case 'redis:':
    case 'rediss:':
      return openRedisBackend(options)
    case 'postgres:':
    case 'postgresql:':
      return openPostgresBackend(options)
    default:
      throw new RangeError('The queue’s URL must start with redis://, rediss:// or postgres://.')
  }
}
