import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

describe('archives, clones and derivatives over HTTP', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  let alpha: string
  let beta: string

  const query = <Row extends object>(sql: string, values: unknown[] = []) =>
    under.api.parts.store.database.query<Row>(sql, values)

  /** An active instance, as a worker would leave it. */
  async function activeInstance(tenant: string, name: string): Promise<string> {
    const { body } = await under.root.post('/v1/instances', { tenant, name })
    await query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [body.instance.id])
    await query(`UPDATE instances SET status = 'active', ods_instance_id = 1 WHERE id = $1`, [body.instance.id])
    return body.instance.id
  }

  /** An archive of an instance, as a worker would leave it. */
  async function archiveOf(instanceId: string, more: { durability?: string; status?: string } = {}): Promise<string> {
    const id = randomUUID()
    await query(
      `INSERT INTO archives (id, tenant, instance_id, server_id, engine, status, reason, durability, format, location, source)
       SELECT $1, tenant, id, server_id, 'postgresql', $3, 'requested', $4, 'pg_dump', '{"file": "where-it-is"}',
         jsonb_build_object('name', name, 'template', template_name) FROM instances WHERE id = $2`,
      [id, instanceId, more.status ?? 'available', more.durability ?? 'off_server'],
    )
    return id
  }

  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await under.root.post('/v1/tenants', { name, defaults: { server: 'main' } })
    alpha = await activeInstance('alpha', 'Alpha 2026')
    beta = await activeInstance('beta', 'Beta 2026')
    bound = await under.client({
      scopes: ['read', 'instances:create', 'instances:operate', 'instances:delete'],
      tenants: ['alpha'],
    })
  })
  after(() => under.stop())

  it('takes an archive as a job without a body too, beside a job that changes the instance', async () => {
    const taken = await bound.post(`/v1/instances/${alpha}/archive`)
    expect(taken.status).to.equal(202)
    expect(taken.body.job).to.include({ type: 'instance.archive' })
    expect(taken.headers.get('location')).to.equal(`/v1/jobs/${taken.body.job.id}`)
    const busy = await activeInstance('alpha', 'Busy')
    await bound.patch(`/v1/instances/${busy}`, { instanceType: 'other' })
    expect((await bound.post(`/v1/instances/${busy}/archive`, { legalHold: true })).status).to.equal(202)
    const unknown = await bound.post(`/v1/instances/${busy}/archive`, { legalhold: true })
    expect([unknown.status, unknown.body.errors[0]?.pointer]).to.deep.equal([400, '/legalhold'])
    await query(`UPDATE instances SET status = 'deleted' WHERE id = $1`, [busy])
    expect((await bound.post(`/v1/instances/${busy}/archive`)).body.code).to.equal('instance_deleted')
  })

  it('archives nothing that would have to be deleted at once', async () => {
    const answer = await under.root.post(`/v1/instances/${alpha}/archive`, { expiresAt: '2020-01-01T00:00:00Z' })
    expect([answer.status, answer.body.errors[0]?.pointer]).to.deep.equal([400, '/expiresAt'])
  })

  it('lists and shows archives within the bound, and not where they are stored', async () => {
    const [mine, theirs] = [await archiveOf(alpha), await archiveOf(beta)]
    const listed = await bound.get('/v1/archives')
    expect(listed.body.items.map(({ id }) => id)).to.deep.equal([mine])
    expect(listed.text).to.not.include('where-it-is')
    expect((await bound.get(`/v1/archives/${mine}`)).body).to.include({ id: mine, tenant: 'alpha' })
    const filtered = await under.root.get(`/v1/archives?instanceId=${beta}&status=available&tenant=beta`)
    expect(filtered.body.items.map(({ id }) => id)).to.deep.equal([theirs])
    const paged = await under.root.get('/v1/archives?limit=1')
    const next = await under.root.get(`/v1/archives?limit=1&cursor=${paged.body.nextCursor ?? ''}`)
    expect([paged, next].map(({ body }) => body.items[0]?.id)).to.deep.equal([theirs, mine])
  })

  it('answers for another tenant’s archives and instances as for none', async () => {
    const theirs = await archiveOf(beta)
    const missing = randomUUID()
    const calls: [string, (id: string) => ReturnType<ApiClient['get']>, string][] = [
      ['GET archive', (id) => bound.get(`/v1/archives/${id}`), theirs],
      ['PATCH archive', (id) => bound.patch(`/v1/archives/${id}`, { legalHold: true }), theirs],
      ['DELETE archive', (id) => bound.delete(`/v1/archives/${id}`), theirs],
      ['verify', (id) => bound.post(`/v1/archives/${id}/verify`), theirs],
      ['restore', (id) => bound.post(`/v1/archives/${id}/restore`, { tenant: 'alpha', name: 'Stolen' }), theirs],
      ['archive', (id) => bound.post(`/v1/instances/${id}/archive`), beta],
      ['clone', (id) => bound.post(`/v1/instances/${id}/clone`, { name: 'Stolen', tenant: 'alpha' }), beta],
      ['derivatives', (id) => bound.get(`/v1/instances/${id}/derivatives`), beta],
      [
        'new derivative',
        (id) => bound.post(`/v1/instances/${id}/derivatives`, { derivativeType: 'Snapshot', source: 'copy' }),
        beta,
      ],
      ['refresh', (id) => bound.post(`/v1/instances/${id}/derivatives/Snapshot/refresh`), beta],
      ['DELETE derivative', (id) => bound.delete(`/v1/instances/${id}/derivatives/Snapshot`), beta],
    ]
    for (const [what, ask, id] of calls) {
      const [real, none] = [await ask(id), await ask(missing)]
      expect([real.status, real.body.code, real.body.detail], what).to.deep.equal([404, 'not_found', none.body.detail])
      expect(none.status, what).to.equal(404)
    }
    const [left] = await query<{ count: string }>(
      `SELECT count(*) FROM jobs WHERE tenant = 'beta' AND finished_at IS NULL`,
    )
    expect(left?.count).to.equal('0')
  })

  it('puts archives under legal hold at once, and lifts it only for who may delete', async () => {
    const id = await archiveOf(alpha)
    const held = await bound.patch(`/v1/archives/${id}`, { legalHold: true, expiresAt: '2030-01-01T00:00:00Z' })
    expect(held.body).to.include({ legalHold: true, expiresAt: '2030-01-01T00:00:00.000Z' })
    expect((await bound.delete(`/v1/archives/${id}`)).body.code).to.equal('legal_hold')
    const operator = await under.client({ scopes: ['instances:operate'], tenants: ['alpha'] })
    expect((await operator.patch(`/v1/archives/${id}`, { legalHold: false })).status).to.equal(403)
    expect((await bound.patch(`/v1/archives/${id}`, { legalHold: false, expiresAt: null })).body).to.include({
      legalHold: false,
      expiresAt: null,
    })
    const events = await query<{ outcome: string }>(
      `SELECT outcome FROM audit_events WHERE action = 'archive.update' ORDER BY id`,
    )
    expect(events.map(({ outcome }) => outcome).slice(-3)).to.deep.equal(['succeeded', 'refused', 'succeeded'])
  })

  it('deletes the last archive of an instance that is gone only with its name', async () => {
    const gone = await activeInstance('alpha', 'Gone 2026')
    const [older, last] = [await archiveOf(gone), await archiveOf(gone)]
    await query(`UPDATE instances SET status = 'purged', name_held = false WHERE id = $1`, [gone])
    expect((await bound.delete(`/v1/archives/${older}`)).status).to.equal(202)
    await query(`UPDATE archives SET status = 'deleted' WHERE id = $1`, [older])
    for (const path of [`/v1/archives/${last}`, `/v1/archives/${last}?confirm=Other`])
      expect((await bound.delete(path)).body.code).to.equal('confirmation_required')
    const taken = await bound.delete(`/v1/archives/${last}?confirm=Gone%202026`)
    expect([taken.status, taken.body.job.type]).to.deep.equal([202, 'archive.delete'])
    expect((await bound.delete(`/v1/archives/${last}?confirm=Gone%202026`)).body.job.id).to.equal(taken.body.job.id)
    expect((await bound.delete(`/v1/archives/${older}`)).body.job.id).to.be.a('string')
  })

  it('restores an archive of an instance that is gone as a new one, within the bound', async () => {
    const gone = await activeInstance('alpha', 'Gone too')
    const archive = await archiveOf(gone)
    await query(`UPDATE instances SET status = 'purged', name_held = false WHERE id = $1`, [gone])
    const path = `/v1/archives/${archive}/restore`
    const taken = await bound.post(path, { tenant: 'alpha', name: 'Back again' })
    expect(taken.status).to.equal(202)
    expect(taken.body.job.type).to.equal('archive.restore')
    expect(taken.body.instance).to.include({ origin: 'restored', sourceInstanceId: gone, status: 'provisioning' })
    const again = await bound.post(path, { tenant: 'alpha', name: 'Back again' })
    expect([again.status, again.body.job.id]).to.deep.equal([202, taken.body.job.id])
    const other = await bound.post(path, { tenant: 'alpha', name: 'Back again', contexts: { a: 'b' } })
    expect([other.body.code, other.body.fields]).to.deep.equal(['instance_exists', ['contexts']])
    expect((await bound.post(path, { tenant: 'beta', name: 'Elsewhere' })).body.code).to.equal('unknown_tenant')
    const unfinished = await archiveOf(gone, { status: 'creating' })
    const refused = await bound.post(`/v1/archives/${unfinished}/restore`, { tenant: 'alpha', name: 'Early' })
    expect(refused.body.code).to.equal('archive_not_available')
  })

  it('restores a copy that never left its server only there', async () => {
    await under.root.post('/v1/database-servers', serverBody('other'))
    const copy = await archiveOf(alpha, { durability: 'same_server' })
    const refused = await bound.post(`/v1/archives/${copy}/restore`, {
      tenant: 'alpha',
      name: 'Moved',
      server: 'other',
    })
    expect([refused.status, refused.body.code]).to.deep.equal([422, 'not_supported'])
    const taken = await bound.post(`/v1/archives/${copy}/restore`, { tenant: 'alpha', name: 'Not moved' })
    expect(taken.body.instance).to.include({ server: 'main' })
  })

  it('takes a clone as a job, plans it without one, and says who is interrupted', async () => {
    const path = `/v1/instances/${alpha}/clone`
    const plan = await bound.post(`${path}?validateOnly=true`, {
      name: 'Copy',
      method: 'template',
      allowDowntime: true,
    })
    expect(plan.status).to.equal(200)
    expect(plan.body.steps).to.include.members(['copy-database', 'register'])
    expect(plan.body)
      .to.have.property('interruption')
      .that.matches(/are ended/)
    const quiet = await bound.post(path, { name: 'Copy', method: 'template' })
    expect([quiet.status, quiet.body.code]).to.deep.equal([409, 'source_in_use'])
    const dump = await bound.post(`${path}?validateOnly=true`, { name: 'Copy', method: 'dump' })
    expect(dump.body).to.include({ interruption: null })
    const taken = await bound.post(path, { name: 'Copy' })
    expect(taken.status).to.equal(202)
    expect(taken.body.job.type).to.equal('instance.clone')
    expect(taken.body.instance).to.deep.include({ origin: 'cloned', sourceInstanceId: alpha, contexts: {}, labels: {} })
    expect((await bound.post(path, { name: 'Copy' })).body.job.id).to.equal(taken.body.job.id)
    expect((await bound.post(path, { name: 'Copy', tenant: 'beta' })).body.code).to.equal('unknown_tenant')
    const fresh = taken.body.instance.id
    expect((await bound.post(`/v1/instances/${fresh}/clone`, { name: 'Early' })).body.code).to.equal(
      'instance_not_active',
    )
  })

  it('takes a copy as a snapshot only, and addresses of the operator’s own as either', async () => {
    const path = `/v1/instances/${await activeInstance('alpha', 'With derivatives')}/derivatives`
    for (const body of [
      { derivativeType: 'ReadReplica', source: 'copy' },
      { derivativeType: 'Snapshot' },
      { derivativeType: 'Snapshot', source: 'copy', registered: { host: 'replica.example.org' } },
      { derivativeType: 'Mirror', registered: { host: 'replica.example.org' } },
    ])
      expect((await bound.post(path, body)).status, JSON.stringify(body)).to.equal(400)
    const local = await bound.post(path, { derivativeType: 'ReadReplica', registered: { host: '169.254.169.254' } })
    expect([local.status, local.body.code]).to.deep.equal([422, 'target_host_refused'])
    const taken = await bound.post(path, { derivativeType: 'Snapshot', source: 'copy' })
    expect([taken.status, taken.body.job.type]).to.deep.equal([202, 'instance.derivative-create'])
    expect((await bound.post(path, { derivativeType: 'Snapshot', source: 'copy' })).body.code).to.equal('instance_busy')
    expect((await bound.get(path)).body.items).to.deep.equal([])
  })

  it('lets only a client of all tenants have a shared login used at another address', async () => {
    await under.root.post('/v1/database-servers', {
      ...serverBody('shared'),
      registeredLogin: 'shared',
      registeredCredentials: { username: 'ods', password: 'secret-of-all' },
    })
    const { body } = await under.root.post('/v1/instances', { tenant: 'alpha', name: 'On shared', server: 'shared' })
    await query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [body.instance.id])
    await query(`UPDATE instances SET status = 'active', ods_instance_id = 2 WHERE id = $1`, [body.instance.id])
    const path = `/v1/instances/${body.instance.id}/derivatives`
    const replica = { derivativeType: 'ReadReplica', registered: { host: 'replica.example.org' } }
    expect((await bound.post(path, replica)).body.code).to.equal('outside_grant')
    expect((await under.root.post(path, replica)).status).to.equal(202)
  })

  it('keeps the archive policy of a tenant', async () => {
    const policy = { everyHours: 24, keep: 7, keepDays: 30 }
    const made = await under.root.post('/v1/tenants', { name: 'gamma', archivePolicy: policy })
    expect(made.body).to.deep.include({ archivePolicy: policy })
    const changed = await under.root.patch('/v1/tenants/gamma', { archivePolicy: { everyHours: 12 } })
    expect(changed.body).to.deep.include({ archivePolicy: { everyHours: 12 } })
    expect((await under.root.patch('/v1/tenants/gamma', { archivePolicy: null })).body).to.deep.include({
      archivePolicy: null,
    })
    const refused = await under.root.patch('/v1/tenants/gamma', { archivePolicy: { everyHours: 0, keepDay: 1 } })
    expect(refused.body.errors.map(({ pointer }) => pointer)).to.deep.equal([
      '/archivePolicy/everyHours',
      '/archivePolicy/keepDay',
    ])
  })
})
