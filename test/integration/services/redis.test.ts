import { expect } from 'chai'
import { Redis } from 'ioredis'
import { findRedisServer, startRedis } from '../../../scripts/services/redis.js'
import type { RedisService } from '../../../scripts/services/redis.js'
import { isRunning, leftAfter } from './checkout.js'

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
  client.on('error', () => undefined)
  try {
    return await use(client)
  } finally {
    client.disconnect()
  }
}

const started = async (options?: { password: string }): Promise<RedisService> => {
  const redis = await startRedis(options)
  return redis ?? expect.fail('no Redis')
}

describe('startRedis', function () {
  before(function () {
    if (findRedisServer() !== undefined) return
    console.warn('Skipped, no redis-server on PATH: startRedis')
    this.skip()
  })

  it('wants its password, listens on 127.0.0.1 only, and writes nothing to disk', async () => {
    const redis = await started()
    try {
      const config = (name: string) => withClient(redis.url, (client) => client.config('GET', name))
      expect(await config('bind')).to.deep.equal(['bind', '127.0.0.1'])
      expect(await config('save')).to.deep.equal(['save', ''])
      expect(await config('appendonly')).to.deep.equal(['appendonly', 'no'])
      const refused = await withClient(`redis://127.0.0.1:${redis.port}`, (client) =>
        client.set('a', '1').catch((error: unknown) => (error as Error).message),
      )
      expect(refused).to.contain('NOAUTH')
    } finally {
      await redis.stop()
    }
    expect(await leftAfter([redis.pid], [])).to.deep.equal([])
  })

  it('takes a password that needs escaping, and none', async () => {
    const [odd, open] = await Promise.all([started({ password: 'a b"@/:#' }), started({ password: '' })])
    try {
      expect(await withClient(odd.url, (client) => client.set('a', '1'))).to.equal('OK')
      expect(open.url).to.equal(`redis://127.0.0.1:${open.port}`)
      expect(await withClient(open.url, (client) => client.get('a'))).to.equal(null)
    } finally {
      await Promise.all([odd.stop(), open.stop()])
    }
  })

  for (const signal of ['fast', 'kill'] as const)
    it(`comes back empty on the same port after a restart by ${signal}`, async () => {
      const redis = await started()
      try {
        const { pid, port } = redis
        await withClient(redis.url, (client) => client.set('a', '1'))
        await redis.restart({ signal })
        expect(redis.port).to.equal(port)
        expect(isRunning(pid)).to.equal(false)
        expect(await withClient(redis.url, (client) => client.get('a'))).to.equal(null)
      } finally {
        await redis.stop()
      }
    })

  it('gives null where there is no redis-server', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      expect(await startRedis()).to.equal(null)
    } finally {
      process.env['PATH'] = path
    }
  })
})
