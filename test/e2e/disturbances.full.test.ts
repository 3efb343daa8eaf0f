import { Redis } from 'ioredis'
import { startPostgres } from '../../scripts/services/postgres.js'
import { startRedis } from '../../scripts/services/redis.js'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { createWhileKilling } from '../support/killed-workers.js'
import { redisOrSkip } from '../support/redis.js'

type Servers = { postgres: Awaited<ReturnType<typeof startPostgres>>; redis: Awaited<ReturnType<typeof startRedis>> }

// No storm lasts for ever: on a busy machine workers that are killed without end come to nothing at all, since their slots
// are held until their leases end.
describe('fifty instances at once', function () {
  this.timeout(600_000)
  const held: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const release of held.splice(0).reverse()) await release()
  })

  /** A stack on servers of its own, which a test may restart. */
  async function ownStack(withRedis: boolean): Promise<Servers & { stack: JobStack }> {
    const postgres = await startPostgres()
    held.push(() => postgres.stop())
    const redis = withRedis ? await startRedis() : null
    if (redis) held.push(() => redis.stop())
    const stack = await startJobStack({ postgres, redis })
    held.push(() => stack.close())
    return { postgres, redis, stack }
  }

  it('are all created, each once, while workers are killed and the queue is emptied again and again', async function () {
    await redisOrSkip(this)
    const { stack, redis } = await ownStack(true)
    const client = new Redis(redis?.url ?? '')
    held.push(() => client.quit())
    await createWhileKilling(stack, {
      count: 50,
      prefix: 'Flushed',
      killEveryMs: 2_000,
      kills: 40,
      disturb: () => client.flushall().then(() => undefined),
    })
  })

  it('are all created, each once, while Redis is restarted', async function () {
    await redisOrSkip(this)
    const { stack, redis } = await ownStack(true)
    await createWhileKilling(stack, {
      count: 50,
      prefix: 'Restarted',
      killEveryMs: 4_000,
      kills: 25,
      disturb: async () => redis?.restart(),
    })
  })

  it('are all created, each once, while PostgreSQL is restarted under control database and instances', async () => {
    const { stack, postgres } = await ownStack(true)
    await createWhileKilling(stack, {
      count: 50,
      prefix: 'Crashed',
      killEveryMs: 10_000,
      kills: 10,
      disturb: (kills) => postgres.restart({ signal: kills % 2 ? 'immediate' : 'fast' }),
    })
  })

  it('are all created, each once, with the queue in PostgreSQL', async () => {
    const { stack } = await ownStack(false)
    await createWhileKilling(stack, { count: 50, prefix: 'Redisless', killEveryMs: 3_000, kills: 30 })
  })
})
