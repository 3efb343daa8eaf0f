import { Redis } from 'ioredis'
import { Client } from 'pg'
import { startPostgres } from '../../../scripts/services/postgres.js'
import { startRedis } from '../../../scripts/services/redis.js'

/** A server of its own, so that it can be emptied and restarted. */
export interface QueueServer {
  url: string
  /** Deletes all that the queue holds, as `FLUSHALL` does. */
  empty(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

async function startRedisQueue(): Promise<QueueServer | null> {
  const redis = await startRedis()
  if (!redis) return null
  return {
    url: redis.url,
    empty: async () => {
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()
    },
    restart: () => redis.restart({ signal: 'kill' }),
    stop: () => redis.stop(),
  }
}

async function startPostgresQueue(): Promise<QueueServer> {
  const postgres = await startPostgres()
  return {
    url: postgres.url,
    empty: async () => {
      const client = new Client({ connectionString: postgres.url })
      await client.connect()
      const truncate = () => client.query('truncate bullmq.job, bullmq.meta, bullmq.event cascade')
      // Consumers at work take their locks in another order; whoever is the victim of a deadlock tries again.
      const again = (error: Error & { code?: string }) => {
        if (error.code === '40P01') return truncate()
        throw error
      }
      await truncate()
        .catch(again)
        .catch(again)
        .finally(() => client.end())
    },
    restart: () => postgres.restart({ signal: 'kill' }),
    stop: () => postgres.stop(),
  }
}

/** Everything that a queue may stand on. Null: not to be had on this machine. */
export const backends: Record<string, () => Promise<QueueServer | null>> = {
  Redis: startRedisQueue,
  PostgreSQL: startPostgresQueue,
}
