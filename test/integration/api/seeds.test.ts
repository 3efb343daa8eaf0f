import { loadSeedBundles } from '@edfi-tenants/seed-bundles'
import { publishSeedBundles } from '@edfi-tenants/store'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('seed bundles over HTTP', () => {
  let under: ApiUnderTest
  let path: string
  const schoolYear = { bundle: 'school-year', parameters: { schoolYear: 2026 } }

  /** An active instance, as a worker would leave it. */
  async function activeInstance(name: string): Promise<string> {
    const { body } = await under.root.post('/v1/instances', { tenant: 'alpha', name })
    const { database } = under.api.parts.store
    await database.query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [
      body.instance.id,
    ])
    await database.query(`UPDATE instances SET status = 'active' WHERE id = $1`, [body.instance.id])
    return `/v1/instances/${body.instance.id}`
  }

  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
    await under.root.post('/v1/tenants', { name: 'beta' })
    const bundles = [...(await loadSeedBundles(undefined)).values()].map(({ manifest }) => manifest)
    const [first] = bundles
    if (!first) throw new Error('There are no bundles.')
    await publishSeedBundles(under.api.parts.store, [
      ...bundles,
      { ...first, name: 'sql-server-only', engines: ['SqlServer'] },
    ])
    path = `${await activeInstance('Seeded')}/seed`
  })
  after(() => under.stop())

  it('lists what workers have published, page by page, to whoever may read', async () => {
    const reader = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    const first = await reader.get('/v1/seed-bundles?limit=3')
    expect(first.status).to.equal(200)
    expect(first.body.items.map(({ name }) => name)).to.deep.equal([
      'descriptors',
      'education-organizations',
      'school-year',
    ])
    expect(first.body.items[2]).to.deep.include({ engines: ['PostgreSql', 'SqlServer'] })
    expect(first.body.items[2]).to.have.nested.property('parametersSchema.properties.schoolYear.minimum', 1991)
    const second = await reader.get(`/v1/seed-bundles?cursor=${first.body.nextCursor ?? ''}`)
    expect(second.body.items.map(({ name }) => name)).to.deep.equal(['sql-server-only'])
    expect(second.body.nextCursor).to.equal(null)
    expect((await under.send('GET', '/v1/seed-bundles')).status).to.equal(401)
  })

  it('takes either form as a job; the same key gets the same job', async () => {
    const headers = { 'idempotency-key': 'seed-once' }
    const taken = await under.root.post(path, schoolYear, { headers })
    expect(taken.status).to.equal(202)
    expect(taken.headers.get('location')).to.equal(`/v1/jobs/${taken.body.job.id}`)
    expect(taken.body.job.type).to.equal('instance.seed')
    expect(taken.body.instance).to.include({ activeJobId: taken.body.job.id, status: 'active' })
    expect((await under.root.post(path, schoolYear, { headers })).body.job.id).to.equal(taken.body.job.id)

    const busy = await under.root.post(path, schoolYear)
    expect([busy.status, busy.body.code]).to.deep.equal([409, 'instance_busy'])
    const listed = await under.root.post(`${await activeInstance('Other')}/seed`, { seed: [schoolYear] })
    expect(listed.status).to.equal(202)
    const stored = await under.api.parts.store.database.query<{ parameters: object }>(
      'SELECT parameters FROM jobs WHERE id = ANY ($1) ORDER BY number',
      [[taken.body.job.id, listed.body.job.id]],
    )
    expect(stored.map(({ parameters }) => parameters)).to.deep.equal([{ seed: [schoolYear] }, { seed: [schoolYear] }])
  })

  it('points at what is wrong, in the form that the client used', async () => {
    const target = `${await activeInstance('Faulty')}/seed`
    const pointers = async (body: object) => {
      const refused = await under.root.post(target, body)
      expect([refused.status, refused.body.code], JSON.stringify(body)).to.deep.equal([400, 'validation_failed'])
      return refused.body.errors.map(({ pointer }) => pointer)
    }
    expect(await pointers({ bundle: 'school-year' })).to.deep.equal(['/parameters/schoolYear'])
    expect(await pointers({ seed: [schoolYear, { bundle: 'descriptors', parameters: {} }] })).to.deep.equal([
      '/seed/1/parameters/descriptors',
    ])
    expect(await pointers({ seed: [schoolYear, schoolYear] })).to.deep.equal(['/seed/1/bundle'])
    expect(await pointers({})).to.deep.equal(['/bundle'])
    expect(await pointers({ ...schoolYear, seed: [schoolYear] })).to.deep.equal(['/bundle', '/parameters'])
    expect(await pointers({ seed: [] })).to.deep.equal(['/seed'])
    expect(await pointers({ seed: Array(11).fill(schoolYear) })).to.deep.equal(['/seed'])
  })

  it('refuses a bundle that nobody has, or that has nothing for the engine, also for a new instance', async () => {
    const target = `${await activeInstance('Unknown')}/seed`
    const create = (seed: object[], more = {}) =>
      under.root.post('/v1/instances', { tenant: 'alpha', name: 'Never', seed, ...more })
    for (const ask of [
      (bundle: string) => under.root.post(target, { bundle }),
      (bundle: string) => create([{ bundle }]),
    ]) {
      const unknown = await ask('no-such-bundle')
      expect([unknown.status, unknown.body.code]).to.deep.equal([422, 'unknown_seed_bundle'])
      expect(unknown.body)
        .to.have.property('bundles')
        .that.deep.equals(['descriptors', 'education-organizations', 'school-year', 'sql-server-only'])
      const unsupported = await ask('sql-server-only')
      expect([unsupported.status, unsupported.body.code]).to.deep.equal([422, 'not_supported'])
    }
    const faulty = await create([schoolYear, { bundle: 'descriptors', parameters: { descriptors: [{}] } }])
    expect(faulty.status).to.equal(400)
    expect(faulty.body.errors.map(({ pointer }) => pointer)).to.have.members([
      '/seed/1/parameters/descriptors/0/codeValue',
      '/seed/1/parameters/descriptors/0/namespace',
    ])
    const empty = await create([schoolYear], { template: 'empty' })
    expect([empty.status, empty.body.code]).to.deep.equal([422, 'not_supported'])
    const planned = await under.root.post('/v1/instances?validateOnly=true', {
      tenant: 'alpha',
      name: 'Planned',
      seed: [{ bundle: 'no-such-bundle' }],
    })
    expect(planned.body.code).to.equal('unknown_seed_bundle')
  })

  it('shows nothing of other tenants’ instances, and takes no seed from whoever may only read', async () => {
    const other = await under.client({ scopes: ['instances:operate'], tenants: ['beta'] })
    expect((await other.post(path, schoolYear)).status).to.equal(404)
    const reader = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    expect((await reader.post(path, schoolYear)).status).to.equal(403)
  })

  it('refuses an instance that is not active', async () => {
    const target = await activeInstance('Stopped')
    await under.api.parts.store.database.query(`UPDATE instances SET status = 'stopped' WHERE id = $1`, [
      target.split('/').at(-1),
    ])
    const refused = await under.root.post(`${target}/seed`, schoolYear)
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'instance_not_active'])
  })

  it('keeps an audit event with the names of the bundles', async () => {
    const target = await activeInstance('Audited')
    await under.root.post(`${target}/seed`, schoolYear)
    const events = await under.root.get(`/v1/audit-events?instanceId=${target.split('/').at(-1) ?? ''}`)
    const event = events.body.items.find(({ action }) => action === 'instance.seed')
    expect(event?.details).to.deep.include({ bundles: ['school-year'] })
    expect(JSON.stringify(event)).not.to.contain('schoolYear')
  })
})
