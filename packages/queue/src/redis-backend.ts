import { Redis } from 'ioredis'
import type { Backend, BackendOptions } from './backend.js'
import { newQueue, newWorker } from './bullmq.js'
import { keyPrefix } from './entries.js'

/** BullMQ on Redis: one connection for everything, and one more per worker to wait on. Reconnects for ever. */
export function openRedisBackend({ url, purpose, onError }: BackendOptions): Backend {
  const client = new Redis(url, {
    // A command either waits for Redis to come back, or is refused at once.
    enableOfflineQueue: purpose === 'take',
    autoResendUnfulfilledCommands: purpose === 'take',
    maxRetriesPerRequest: null,
    connectTimeout: 2000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
    // A server that holds the connection but does not answer is as good as away. Nothing blocks for longer than a second.
    socketTimeout: purpose === 'take' ? 5000 : 1000,
    keepAlive: 10_000,
  })
  client.on('error', onError)
  const on = { connection: client, onError }

  let ready: Promise<void> | undefined
  const untilReady = (): Promise<void> => {
    if (client.status === 'ready') return Promise.resolve()
    return (ready ??= new Promise((resolve) => {
      client.once('ready', () => {
        ready = undefined
        resolve()
      })
    }))
  }

  /** Every queue that ever had an entry has a counter under `<prefix>:<queue>:id`; BullMQ keeps no list of queues. */
  async function listQueueNames(): Promise<string[]> {
    const names = new Set<string>()
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${keyPrefix}:*:id`, 'COUNT', 1000)
      for (const key of keys) names.add(key.slice(keyPrefix.length + 1, -':id'.length))
      cursor = next
    } while (cursor !== '0')
    return [...names]
  }

  return {
    prepare: untilReady,
    ping: async () => {
      await untilReady()
      await client.ping()
    },
    openQueue: (name) => newQueue(name, on),
    openWorker: (name) => newWorker(name, on),
    // Short, because the sign goes to one of the waiting consumers only, and that one may just have become busy.
    waitSeconds: 1,
    listQueueNames,
    close: async () => {
      if (client.status === 'ready') await client.quit().catch(() => undefined)
      client.disconnect()
    },
  }
}
