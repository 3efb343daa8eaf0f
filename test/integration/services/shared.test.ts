import { expect } from 'chai'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { createDatabase, sharedPostgres } from '../../support/postgres.js'
import { redisOrSkip, sharedRedis } from '../../support/redis.js'

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function databaseNames(): Promise<string[]> {
  const client = await connected((await sharedPostgres()).url)
  const { rows } = await client.query<{ datname: string }>('select datname from pg_database')
  await client.end()
  return rows.map((row) => row.datname)
}

describe('services shared by tests', function () {
  it('give each test a database of its own, which goes even while somebody is connected', async () => {
    const [one, two] = await Promise.all([createDatabase('shared-test'), createDatabase('shared-test')])
    expect(await databaseNames()).to.include.members([one.name, two.name])
    const client = await connected(one.url)
    const { rows } = await client.query('select current_database() as name')
    expect(rows).to.deep.equal([{ name: one.name }])
    await Promise.all([one.drop(), two.drop()])
    await one.drop()
    expect(await databaseNames()).not.to.include.members([one.name])
    await client.end().catch(() => undefined)
  })

  it('clone a template, so that a suite need not migrate for each test', async () => {
    const template = await createDatabase('shared_template')
    const writer = await connected(template.url)
    await writer.query('create table migrated ()')
    await writer.end()
    const clone = await createDatabase('shared_clone', { template: template.name })
    const reader = await connected(clone.url)
    const { rows } = await reader.query(`select to_regclass('migrated')::text as found`)
    await reader.end()
    expect(rows).to.deep.equal([{ found: 'migrated' }])
    await Promise.all([clone.drop(), template.drop()])
  })

  it('use the servers that the environment names, so that one serves several mocha processes', async () => {
    const before = { postgres: process.env['TEST_POSTGRES_URL'], redis: process.env['TEST_REDIS_URL'] }
    process.env['TEST_POSTGRES_URL'] = 'postgres://elsewhere:1/postgres'
    process.env['TEST_REDIS_URL'] = 'redis://elsewhere:1'
    try {
      expect(await sharedPostgres()).to.deep.equal({ url: 'postgres://elsewhere:1/postgres' })
      expect(await sharedRedis()).to.deep.equal({ url: 'redis://elsewhere:1' })
    } finally {
      // Empty counts as not set.
      process.env['TEST_POSTGRES_URL'] = before.postgres ?? ''
      process.env['TEST_REDIS_URL'] = before.redis ?? ''
    }
  })

  it('hand out one Redis', async function () {
    const { url } = await redisOrSkip(this)
    expect((await sharedRedis())?.url).to.equal(url)
    const client = new Redis(url)
    expect(await client.ping()).to.equal('PONG')
    client.disconnect()
  })
})
