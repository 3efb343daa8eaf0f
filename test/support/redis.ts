import { startRedis } from '../../scripts/services/redis.js'
import type { RedisService } from '../../scripts/services/redis.js'

let started: Promise<RedisService | null> | undefined

/**
 * The Redis that all tests of this mocha process share, started by the first that asks and stopped after the last;
 * `TEST_REDIS_URL` names another one to use instead. Null where there is neither that nor a `redis-server` on PATH. Tests
 * share the key space, so each takes a prefix of its own, and only one with a server of its own may flush.
 */
export async function sharedRedis(): Promise<{ url: string } | null> {
  const given = process.env['TEST_REDIS_URL']
  if (given !== undefined && given !== '') return { url: given }
  started ??= startRedis()
  return started
}

/** `sharedRedis` for a test or a before hook that cannot do without: where there is none it says so and skips. */
export async function redisOrSkip(context: Mocha.Context): Promise<{ url: string }> {
  const redis = await sharedRedis()
  if (redis) return redis
  console.warn(`Skipped, no redis-server on PATH: ${context.runnable().fullTitle()}`)
  return context.skip()
}

// The first import happens while mocha loads test files, so this is a hook of the root suite.
if (typeof after === 'function') {
  after(async function stopSharedRedis() {
    await (await started)?.stop()
  })
}
