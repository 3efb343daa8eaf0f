import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('an Idempotency-Key', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
  })
  after(() => under.stop())

  const keyed = () => ({ headers: { 'Idempotency-Key': randomUUID() } })
  const count = async (table: string) =>
    Number((await under.api.parts.store.database.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]!.n)

  it('gives the first answer again, whole, and does nothing twice', async () => {
    const { root } = under
    const key = keyed()
    const first = await root.post('/v1/instances', { tenant: 'alpha', name: 'Once', labels: { a: '1', b: '2' } }, key)
    const jobs = await count('jobs')
    const again = await root.post('/v1/instances', { name: 'Once', tenant: 'alpha', labels: { b: '2', a: '1' } }, key)
    expect([again.status, again.body]).to.deep.equal([202, first.body])
    expect(again.headers.get('location')).to.equal(first.headers.get('location'))
    expect(again.headers.get('idempotent-replayed')).to.equal('true')
    expect(first.headers.get('idempotent-replayed')).to.equal(null)
    expect(await count('jobs')).to.equal(jobs)

    const remove = keyed()
    await root.post('/v1/environments', environmentBody('gone'))
    expect((await root.delete('/v1/environments/gone', remove)).status).to.equal(204)
    const replayed = await root.delete('/v1/environments/gone', remove)
    expect([replayed.status, replayed.headers.get('idempotent-replayed')]).to.deep.equal([204, 'true'])
  })

  it('gives a secret again, but keeps it sealed', async () => {
    const key = keyed()
    const client = { name: 'x', scopes: ['read'], tenants: ['alpha'] }
    const first = await under.root.post('/v1/api-clients', client, key)
    const again = await under.root.post('/v1/api-clients', client, key)
    expect(again.body).to.deep.equal(first.body)
    const kept = await under.api.parts.store.database.query('SELECT * FROM idempotency_keys')
    expect(JSON.stringify(kept)).not.to.contain(first.body.clientSecret)
  })

  it('is refused for another payload, and belongs to its client and address', async () => {
    const { root } = under
    const key = keyed()
    await root.post('/v1/tenants', { name: 'keyed' }, key)
    const other = await root.post('/v1/tenants', { name: 'another' }, key)
    expect([other.status, other.body.code]).to.deep.equal([422, 'idempotency_key_reused'])
    expect((await root.post('/v1/environments', environmentBody('same-key'), key)).status).to.equal(201)
    const client = await under.client({ scopes: ['tenants:manage'], tenants: ['*'] })
    const theirs = await client.post('/v1/tenants', { name: 'keyed', environment: 'default' }, key)
    expect([theirs.status, theirs.body.code]).to.deep.equal([409, 'name_taken'])
  })

  it('is free again after a refusal', async () => {
    const { root } = under
    const key = keyed()
    expect((await root.post('/v1/tenants', { name: 'late', environment: 'later' }, key)).status).to.equal(400)
    await root.post('/v1/environments', environmentBody('later'))
    expect((await root.post('/v1/tenants', { name: 'late', environment: 'later' }, key)).status).to.equal(201)
  })

  it('lets one of many at the same time through', async () => {
    const key = keyed()
    const before = await count('jobs')
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => under.root.post('/v1/database-servers/main/test', undefined, key)),
    )
    expect((await count('jobs')) - before).to.equal(1)
    for (const { status, body, headers } of answers)
      if (status === 409) {
        expect(body.code).to.equal('idempotency_key_in_use')
        expect(headers.get('retry-after')).to.equal('1')
      } else expect(status).to.equal(202)
    expect(answers.some(({ status }) => status === 202)).to.equal(true)
  })

  it('must be something that can be compared', async () => {
    const { status, body } = await under.root.post(
      '/v1/tenants',
      { name: 'x' },
      { headers: { 'Idempotency-Key': 'a b' } },
    )
    expect([status, body.errors[0]!.pointer]).to.deep.equal([400, 'header:Idempotency-Key'])
  })
})
