import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { applyMigrations } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startApiProcess } from '../../support/api-process.js'
import { createDatabase } from '../../support/postgres.js'
import { sharedRedis } from '../../support/redis.js'

const main = fileURLToPath(new URL('../../../apps/api/dist/main.js', import.meta.url))

describe('the API as a process', () => {
  it('names every fault of its configuration at once, and no value', async () => {
    const child = spawn(process.execPath, [main], {
      env: { PATH: process.env['PATH'], ENCRYPTION_KEYS: 'e1:c2VjcmV0' },
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).not.to.equal(0)
    for (const name of ['DATABASE_URL', 'QUEUE_URL', 'ENCRYPTION_KEYS', 'TOKEN_SIGNING_KEYS'])
      expect(said).to.contain(name)
    expect(said).not.to.contain('c2VjcmV0')
  })

  it('starts with a first client and a default environment, and ends in order', async () => {
    const database = await createDatabase('api_main')
    await applyMigrations(database.url)
    const key = `k1:${randomBytes(32).toString('base64')}`
    const secret = randomBytes(32).toString('base64url')
    const api = await startApiProcess({
      DATABASE_URL: database.url,
      QUEUE_URL: (await sharedRedis())?.url ?? 'redis://127.0.0.1:1',
      ENCRYPTION_KEYS: key,
      TOKEN_SIGNING_KEYS: key,
      BOOTSTRAP_CLIENT_ID: 'first',
      BOOTSTRAP_CLIENT_SECRET: secret,
      ADMIN_API_URL: 'https://admin.example.org',
      ADMIN_API_CLIENT_ID: 'a',
      ADMIN_API_CLIENT_SECRET: 'b',
    })
    try {
      const authorization = `Bearer ${await api.signIn('first', secret)}`
      const found = await fetch(`${api.url}/v1/environments/default`, { headers: { authorization } })
      expect(found.status).to.equal(200)
      await found.body?.cancel()
      expect(await api.stop()).to.equal(0)
    } finally {
      await api.stop()
      await database.drop()
    }
  })
})
