import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

describe('a client bound to one tenant', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  let foreign: { instance: { id: string }; job: { id: string } }
  let own: { instance: { id: string }; job: { id: string } }

  before(async () => {
    under = await startApi()
    const { root } = under
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    foreign = (await root.post('/v1/instances', { tenant: 'beta', name: 'Beta 2026' })).body
    own = (await root.post('/v1/instances', { tenant: 'alpha', name: 'Alpha 2026' })).body
    bound = await under.client({
      scopes: [
        'read',
        'instances:create',
        'instances:operate',
        'jobs:manage',
        'tenants:manage',
        'servers:manage',
        'audit:read',
      ],
      tenants: ['alpha'],
    })
  })
  after(() => under.stop())

  const missing = '00000000-0000-4000-8000-000000000000'

  /** All that a client sees of an answer, but for what differs from request to request. */
  const seen = ({ status, headers, body }: Awaited<ReturnType<ApiClient['get']>>, id: string) => ({
    status,
    headers: [...headers].filter(([name]) => !['x-request-id', 'date', 'content-length'].includes(name)),
    body: JSON.stringify({ ...body, requestId: '' }).replaceAll(id, 'ID'),
  })

  it('gets the same answer for what is another’s as for what does not exist', async () => {
    const pairs: [string, (id: string) => ReturnType<ApiClient['get']>, string][] = [
      ['GET instance', (id) => bound.get(`/v1/instances/${id}`), foreign.instance.id],
      ['PATCH instance', (id) => bound.patch(`/v1/instances/${id}`, { labels: {} }), foreign.instance.id],
      ['GET job', (id) => bound.get(`/v1/jobs/${id}`), foreign.job.id],
      ['cancel job', (id) => bound.post(`/v1/jobs/${id}/cancel`), foreign.job.id],
      ['retry job', (id) => bound.post(`/v1/jobs/${id}/retry`), foreign.job.id],
    ]
    for (const [what, ask, id] of pairs) {
      expect(seen(await ask(id), id), what).to.deep.equal(seen(await ask(missing), missing))
      expect((await ask(id)).status, what).to.equal(404)
    }
    for (const ask of [
      (name: string) => bound.get(`/v1/tenants/${name}`),
      (name: string) => bound.patch(`/v1/tenants/${name}`, { maxInstances: 1 }),
      (name: string) => bound.delete(`/v1/tenants/${name}`),
      (name: string) => bound.post(`/v1/tenants/${name}/test`),
      (name: string) => bound.post('/v1/tenants', { name }),
      (name: string) => bound.post('/v1/instances', { tenant: name, name: 'New' }),
      (name: string) => bound.post('/v1/instances?validateOnly=true', { tenant: name, name: 'New' }),
    ])
      expect(seen(await ask('beta'), 'beta')).to.deep.equal(seen(await ask('gamma'), 'gamma'))
  })

  it('sees only its own in lists, whatever it filters by', async () => {
    const ids = ({ body }: Awaited<ReturnType<ApiClient['get']>>) => body.items.map(({ id }) => id)
    expect(ids(await bound.get('/v1/instances'))).to.deep.equal([own.instance.id])
    expect(ids(await bound.get('/v1/instances?tenant=beta'))).to.deep.equal([])
    expect(ids(await bound.get('/v1/instances?name=Beta%202026'))).to.deep.equal([])
    expect(ids(await bound.get('/v1/jobs'))).to.deep.equal([own.job.id])
    expect(ids(await bound.get(`/v1/jobs?instanceId=${foreign.instance.id}`))).to.deep.equal([])
    expect((await bound.get('/v1/tenants')).body.items).to.have.length(1)
    const events = (await bound.get('/v1/audit-events')).body.items
    expect(new Set(events.map(({ tenant }) => tenant))).to.deep.equal(new Set(['alpha']))
  })

  it('finds no environments, servers, dashboards, whatever its scopes', async () => {
    for (const path of [
      '/v1/environments',
      '/v1/environments/default',
      '/v1/database-servers',
      '/v1/database-servers/main',
    ])
      expect((await bound.get(path)).status, path).to.equal(404)
    expect((await bound.post('/v1/database-servers', serverBody('mine'))).status).to.equal(404)
    expect((await bound.post('/v1/environments', environmentBody('mine'))).status).to.equal(404)
  })

  it('learns of a name that another tenant has only that it is taken', async () => {
    const { root } = under
    await root.post('/v1/tenants', { name: 'gamma', adminTenant: 'alpha' })
    await root.post('/v1/instances', { tenant: 'gamma', name: 'Shared name' })
    const taken = await bound.post('/v1/instances', { tenant: 'alpha', name: 'Shared name' })
    expect([taken.status, taken.body.code]).to.deep.equal([409, 'name_taken'])
    expect(Object.keys(taken.body).sort()).to.deep.equal(['code', 'detail', 'requestId', 'status', 'title', 'type'])
    expect(JSON.stringify(taken.body)).not.to.contain('gamma')
  })

  it('chooses no tenant of Admin API outside its bound, as it would see what belongs to that tenant', async () => {
    const wide = await under.client({ scopes: ['tenants:manage'], tenants: ['delta', 'epsilon'] })
    const refused = await wide.post('/v1/tenants', { name: 'delta', adminTenant: 'beta' })
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'outside_grant'])
    const own = await wide.post('/v1/tenants', { name: 'delta', adminTenant: 'EPSILON' })
    expect([own.status, own.body.code]).to.deep.equal([201, undefined])
  })

  it('filters audit events by tenant whatever the case', async () => {
    const { items } = (await under.root.get('/v1/audit-events?tenant=ALPHA')).body
    expect(items.map(({ tenant }) => tenant)).to.include('alpha')
    expect(items.every(({ tenant }) => tenant === 'alpha')).to.equal(true)
  })

  it('grants nothing that it does not have', async () => {
    const admin = await under.client({ scopes: ['admin'], tenants: ['alpha'] })
    for (const grant of [
      { scopes: ['read'], tenants: ['beta'] },
      { scopes: ['read'], tenants: ['*'] },
      { scopes: ['read'], tenants: ['alpha'], mayActForOthers: true },
    ]) {
      const refused = await admin.post('/v1/api-clients', { name: 'more', ...grant })
      expect([refused.status, refused.body.code], JSON.stringify(grant)).to.deep.equal([403, 'outside_grant'])
    }
    const granted = await admin.post('/v1/api-clients', { name: 'same', scopes: ['admin'], tenants: ['alpha'] })
    expect(granted.status).to.equal(201)
    for (const path of [`/v1/api-clients/root`, `/v1/api-clients/${missing}`])
      expect([path, (await admin.get(path)).status]).to.deep.equal([path, 404])
    expect((await admin.post('/v1/api-clients/root/rotate')).status).to.equal(404)
    const visible = (await admin.get('/v1/api-clients')).body.items
    expect(visible.every(({ tenants }) => tenants.join() === 'alpha')).to.equal(true)
  })

  it('leaves a trace of every refusal', async () => {
    const intruder = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    await intruder.get(`/v1/instances/${foreign.instance.id}`)
    await intruder.post('/v1/instances', { tenant: 'beta', name: 'x' })
    const { body } = await under.root.get(`/v1/audit-events?actor=${intruder.id}&outcome=refused`)
    expect(body.items.map(({ action, details }) => [action, details.code])).to.deep.equal([
      ['instance.create', 'insufficient_scope'],
      ['instance.get', 'not_found'],
    ])
    expect(body.items[1]!.instanceId).to.equal(foreign.instance.id)
  })
})
