import { startRedis } from '../services/redis.js'
import type { Parts } from './run-until-ended.js'

/** Where the queue is, and what it is called for people. */
export interface ChosenQueue {
  url: string
  name: string
}

/** The queue that was asked for, or else a Redis of our own where there is a `redis-server`, or else none. */
export async function startQueue(
  given: string | undefined,
  parts: Parts,
  say: (text: string) => void,
): Promise<ChosenQueue | null> {
  if (given !== undefined && given !== '') return { url: given, name: 'as QUEUE_URL says' }
  try {
    const redis = await startRedis()
    if (!redis) return null
    parts.add(redis)
    return { url: redis.url, name: 'Redis' }
  } catch (error) {
    say(`Redis does not start, so PostgreSQL serves as the queue. ${String(error)}`)
    return null
  }
}
