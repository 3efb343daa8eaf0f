import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('instances and jobs over HTTP', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
  })
  after(() => under.stop())

  it('takes a request for an instance as a job to be polled', async () => {
    const { root } = under
    const body = { tenant: 'alpha', name: 'High 2026', labels: { stage: 'production' } }
    const made = await root.post('/v1/instances', body)
    expect(made.status).to.equal(202)
    expect(made.headers.get('location')).to.equal(`/v1/jobs/${made.body.job.id}`)
    expect(Number(made.headers.get('retry-after'))).to.be.greaterThan(0)
    expect(made.body.instance).to.deep.include({
      tenant: 'alpha',
      name: 'High 2026',
      status: 'provisioning',
      databaseName: 'EdFi_Ods_alpha_High_2026',
      template: { name: 'minimal', version: null },
      labels: { stage: 'production' },
      activeJobId: made.body.job.id,
    })
    const job = await root.get(made.headers.get('location')!)
    expect(job.body).to.deep.include({
      type: 'instance.create',
      status: 'queued',
      tenant: 'alpha',
      requestedBy: 'root',
    })
    expect(JSON.stringify(job.body)).not.to.contain('output')

    const again = await root.post('/v1/instances', body)
    expect([again.status, again.body.job.id]).to.deep.equal([202, made.body.job.id])
    const other = await root.post('/v1/instances', { ...body, labels: {} })
    expect([other.status, other.body.code]).to.deep.equal([409, 'instance_exists'])
    expect(other.body.fields).to.deep.equal(['labels'])
  })

  it('tells the plan without doing it', async () => {
    const { root } = under
    const before = (await root.get('/v1/instances')).body.items.length
    const plan = await root.post('/v1/instances?validateOnly=true', { tenant: 'alpha', name: 'Planned' })
    expect(plan.status).to.equal(200)
    expect(plan.body.names).to.include({ server: 'main', template: 'minimal', databaseName: 'EdFi_Ods_alpha_Planned' })
    expect(plan.body.steps).to.include.members(['create-database', 'register'])
    expect((await root.get('/v1/instances')).body.items).to.have.length(before)
  })

  it('changes labels at once, and contexts only by a job', async () => {
    const { root } = under
    const { body } = await root.post('/v1/instances', { tenant: 'alpha', name: 'Changing' })
    const path = `/v1/instances/${body.instance.id}`
    const labelled = await root.patch(path, { labels: { stage: 'test' }, deletionProtection: true })
    expect(labelled.status).to.equal(200)
    expect(labelled.body).to.deep.include({ labels: { stage: 'test' }, deletionProtection: true })
    const busy = await root.patch(path, { contexts: { schoolYearFromRoute: '2027' }, displayName: 'never' })
    expect([busy.status, busy.body.code]).to.deep.equal([409, 'instance_busy'])
    expect(Number(busy.headers.get('retry-after'))).to.be.greaterThan(0)
    expect(busy.body.job.id).to.equal(body.job.id)
    expect((await root.get(path)).body.displayName).to.equal(null)
  })

  it('pages newest first, and filters', async () => {
    const { root } = under
    for (const name of ['P1', 'P2', 'P3'])
      await root.post('/v1/instances', { tenant: 'alpha', name, contexts: { year: '2031' } })
    const first = await root.get('/v1/instances?context.year=2031&limit=2')
    expect(first.body.items.map(({ name }) => name)).to.deep.equal(['P3', 'P2'])
    const second = await root.get(`/v1/instances?context.year=2031&limit=2&cursor=${first.body.nextCursor}`)
    expect(second.body.items.map(({ name }) => name)).to.deep.equal(['P1'])
    expect(second.body.nextCursor).to.equal(null)
    expect((await root.get('/v1/instances?status=active')).body.items).to.deep.equal([])
  })

  it('cancels and retries', async () => {
    const { root, api } = under
    const { body } = await root.post('/v1/instances', { tenant: 'alpha', name: 'Cancelled' })
    const cancelled = await root.post(`/v1/jobs/${body.job.id}/cancel`)
    expect(cancelled.status).to.equal(202)
    const early = await root.post(`/v1/jobs/${body.job.id}/retry`)
    expect([early.status, early.body.code]).to.deep.equal([409, 'job_not_retryable'])
    await api.parts.store.database.query(`UPDATE jobs SET status = 'cancelled', finished_at = now() WHERE id = $1`, [
      body.job.id,
    ])
    const late = await root.post(`/v1/jobs/${body.job.id}/cancel`)
    expect([late.status, late.body.code]).to.deep.equal([409, 'job_not_cancellable'])
    const retried = await root.post(`/v1/jobs/${body.job.id}/retry`)
    expect([retried.status, retried.body.job.attempt]).to.deep.equal([202, 2])
  })

  it('waits for the end of a job as long as asked, and no longer', async () => {
    const { root, api } = under
    const { body } = await root.post('/v1/database-servers/main/test')
    const path = `/v1/jobs/${body.job.id}`
    const headers = { Prefer: 'wait=1' }
    const begun = Date.now()
    const timedOut = await root.get(path, { headers })
    expect(timedOut.headers.get('preference-applied')).to.equal('wait=1')
    expect(timedOut.body.status).to.equal('queued')
    expect(Date.now() - begun).to.be.within(900, 3000)

    const waiting = root.get(path, { headers: { Prefer: 'wait=20' } })
    await api.parts.store.database.query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE id = $1`, [
      body.job.id,
    ])
    const ended = await waiting
    expect(ended.body.status).to.equal('succeeded')
    expect(ended.headers.get('retry-after')).to.equal(null)
    expect(Date.now() - begun).to.be.lessThan(8000)
  })

  it('starts tests of servers, environments and tenants as jobs', async () => {
    const { root } = under
    for (const [path, type] of [
      ['/v1/database-servers/main/test', 'server.test'],
      ['/v1/environments/default/test', 'environment.test'],
      ['/v1/tenants/alpha/test', 'environment.test'],
    ] as const) {
      const { status, body } = await root.post(path)
      expect([path, status, body.job.type]).to.deep.equal([path, 202, type])
    }
  })

  it('keeps a tenant, a server and an environment that instances live in', async () => {
    for (const [path, code] of [
      ['/v1/tenants/alpha', 'tenant_not_empty'],
      ['/v1/database-servers/main', 'still_in_use'],
      ['/v1/environments/default', 'still_in_use'],
    ] as const) {
      const { status, body } = await under.root.delete(path)
      expect([path, status, body.code]).to.deep.equal([path, 409, code])
    }
  })
})
