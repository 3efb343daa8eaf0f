import { randomUUID } from 'node:crypto'
import { operations, responseFaults } from '@edfi-tenants/contract'
import { expect } from 'chai'
import {
  environmentBody,
  serverBody,
  startApi,
  type Answered,
  type ApiClient,
  type ApiUnderTest,
} from './api-under-test.js'

/** What these tests look for in answers. */
interface Reconciled {
  id: string
  status: string
  scope: { tenant: string | null }
  job: { id: string; type: string }
  instance: { id: string; origin: string; name: string }
  reconciliation: { id: string; status: string; scope: { tenant: string | null } }
  finding: { id: string; status: string; resolution: string; resolvedBy: string; jobId: string }
  findings: { id: string; kind: string; status: string }[]
  items: { id: string }[]
  actions: string[]
}
const as = ({ body }: { body: unknown }): Reconciled => body as Reconciled

describe('reconciliations through the API', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  let both: ApiClient
  const database = () => under.api.parts.store.database

  before(async () => {
    under = await startApi()
    const { root } = under
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('main'))
    await root.post('/v1/database-servers', serverBody('beta-only', { tenants: ['beta'] }))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    const scopes = ['read', 'instances:operate', 'instances:create']
    bound = await under.client({ scopes, tenants: ['alpha'] })
    both = await under.client({ scopes, tenants: ['alpha', 'beta'] })
  })
  after(() => under.stop())

  /** A comparison as if its job had ended, with one finding. */
  async function finished(
    client: ApiClient,
    body: object,
    finding: object = {},
  ): Promise<{ id: string; path: string }> {
    const { reconciliation, job } = as(await client.post('/v1/reconciliations', body))
    await database().query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE id = $1`, [job.id])
    const found = {
      id: randomUUID(),
      kind: 'database_without_record',
      server: 'main',
      subject: 'Orphan',
      data: {
        serverId: await serverId(),
        databaseName: 'Orphan',
        identity: '1',
        ownerId: randomUUID(),
        databaseKind: 'instance',
      },
      actions: ['purge', 'adopt'],
      tenant: null,
      instanceId: null,
      ...finding,
    }
    await database().query(
      `INSERT INTO reconciliation_findings (id, reconciliation_id, kind, server, tenant, subject, instance_id, detail, data, actions)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'For the test.', $8::jsonb, $9)`,
      [
        found.id,
        reconciliation.id,
        found.kind,
        found.server,
        found.tenant,
        found.subject,
        found.instanceId,
        JSON.stringify(found.data),
        found.actions,
      ],
    )
    const path = `/v1/reconciliations/${reconciliation.id}`
    return { id: found.id, path: `${path}/findings/${found.id}/resolve` }
  }
  const serverId = async (): Promise<string> =>
    (await database().query<{ id: string }>(`SELECT id FROM database_servers WHERE name = 'main'`))[0]?.id ?? ''
  /** An instance as if its job had succeeded. */
  async function made(tenant: string, name: string): Promise<string> {
    const { id } = (await under.root.post('/v1/instances', { tenant, name, server: 'main' })).body.instance
    await database().query(`UPDATE instances SET status = 'active' WHERE id = $1`, [id])
    await database().query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [id])
    return id
  }
  const codes = (...answers: Answered[]) => answers.map(({ status, body }) => [status, body.code])

  it('starts one job, which the same key does not start again, and writes it down', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await under.root.post('/v1/reconciliations', { server: 'MAIN' }, { headers })
    expect([first.status, first.headers.get('location')]).to.deep.equal([202, `/v1/jobs/${as(first).job.id}`])
    expect(responseFaults(operations.createReconciliation, 202, first.body)).to.deep.equal([])
    const again = await under.root.post('/v1/reconciliations', { server: 'MAIN' }, { headers })
    expect(as(again).job.id).to.equal(as(first).job.id)
    const { id } = as(first).reconciliation
    const read = await under.root.get(`/v1/reconciliations/${id}`)
    expect(responseFaults(operations.getReconciliation, 200, read.body)).to.deep.equal([])
    expect(as(read)).to.deep.include({ status: 'queued', scope: { tenant: null, server: 'main', environment: null } })
    expect(read.headers.get('retry-after')).to.equal('2')
    const audit = await under.root.get('/v1/audit-events?action=reconciliation.run')
    expect(audit.body.items.filter(({ details }) => JSON.stringify(details).includes(as(first).job.id))).to.have.length(
      1,
    )
    expect(codes(await under.root.post('/v1/reconciliations', { server: 'nowhere' }))).to.deep.equal([
      [422, 'unknown_server'],
    ])
    expect(codes(await under.root.post('/v1/reconciliations', { environment: 'nowhere' }))).to.deep.equal([
      [422, 'environment_required'],
    ])
  })

  it('is visible to those whose bound covers its tenants, and of all tenants only to those bound to all', async () => {
    const all = as(await under.root.post('/v1/reconciliations', {})).reconciliation.id
    const beta = as(await under.root.post('/v1/reconciliations', { tenant: 'BETA' })).reconciliation.id
    const own = as(await bound.post('/v1/reconciliations'))
    expect(own.reconciliation.scope.tenant).to.equal('alpha')
    expect((await bound.get(`/v1/jobs/${own.job.id}`)).status).to.equal(200)
    for (const [client, expected] of [
      [under.root, [200, 200, 200]],
      [bound, [404, 404, 200]],
      [both, [404, 200, 200]],
    ] as const) {
      const answers = await Promise.all(
        [all, beta, own.reconciliation.id].map((id) => client.get(`/v1/reconciliations/${id}`)),
      )
      expect(answers.map(({ status }) => status)).to.deep.equal(expected)
    }
    const listed = await bound.get('/v1/reconciliations')
    expect(responseFaults(operations.listReconciliations, 200, listed.body)).to.deep.equal([])
    expect(as(listed).items.map(({ id }) => id)).to.deep.equal([own.reconciliation.id])
    const [several, another, hidden] = [
      await both.post('/v1/reconciliations'),
      await bound.post('/v1/reconciliations', { tenant: 'beta' }),
      await bound.post('/v1/reconciliations', { server: 'beta-only' }),
    ]
    expect(codes(several, another, hidden)).to.deep.equal([
      [400, 'validation_failed'],
      [422, 'unknown_tenant'],
      [422, 'unknown_server'],
    ])
  })

  it('resolves a finding once, by what it offers, with the scopes and the confirmation that it takes', async () => {
    const { id, path } = await finished(under.root, {})
    const operator = await under.client({ scopes: ['read', 'instances:operate'], tenants: ['*'] })
    const reader = await under.client({ scopes: ['read'], tenants: ['*'] })
    const purge = { action: 'purge', confirm: 'Orphan' }
    expect(
      codes(
        await reader.post(path, purge),
        await operator.post(path, purge),
        await operator.post(path, { action: 'adopt', adopt: { tenant: 'alpha' } }),
        await bound.post(path, purge),
        await under.root.post(path, { action: 'repair' }),
        await under.root.post(path, { action: 'shred' }),
        await under.root.post(path, { action: 'purge', confirm: 'orphan' }),
        await under.root.post(path.replace(id, randomUUID()), purge),
        await under.root.post(path, { action: 'adopt' }),
      ),
    ).to.deep.equal([
      [403, 'insufficient_scope'],
      [403, 'insufficient_scope'],
      [403, 'insufficient_scope'],
      [404, 'not_found'],
      [422, 'action_not_offered'],
      [400, 'validation_failed'],
      [428, 'confirmation_required'],
      [404, 'not_found'],
      [400, 'validation_failed'],
    ])
    const answers = await Promise.all([under.root.post(path, purge), under.root.post(path, purge)])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([202, 409])
    const accepted = answers.find(({ status }) => status === 202)
    if (!accepted) throw new Error('None was accepted.')
    expect(responseFaults(operations.resolveFinding, 202, accepted.body)).to.deep.equal([])
    const { job, finding } = as(accepted)
    expect(job.type).to.equal('reconciliation.purge-database')
    expect(finding).to.include({ id, status: 'resolving', resolution: 'purge', resolvedBy: 'root', jobId: job.id })
    const audit = await under.root.get('/v1/audit-events?action=finding.resolve&outcome=succeeded')
    expect(audit.body.items.filter(({ details }) => JSON.stringify(details).includes(id))).to.have.length(1)
    await database().query(`UPDATE jobs SET status = 'failed', finished_at = now() WHERE id = $1`, [job.id])
    const after = await under.root.get(path.split('/findings')[0] ?? '')
    expect(as(after).findings.map(({ status }) => status)).to.deep.equal(['failed'])
    expect(codes(await under.root.post(path, purge))).to.deep.equal([[409, 'finding_not_open']])
  })

  it('adopts what was found, only for clients bound to all tenants', async () => {
    const adopt = { action: 'adopt', adopt: { tenant: 'alpha', name: 'Found' } }
    const unmarked = { kind: 'unmarked_database', actions: ['adopt'], subject: 'Found_Ods' }
    const own = await finished(bound, {}, unmarked)
    expect(codes(await bound.post(own.path, adopt))).to.deep.equal([[403, 'outside_grant']])
    const { path } = await finished(under.root, {}, unmarked)
    const answer = await under.root.post(path, adopt)
    expect(responseFaults(operations.resolveFinding, 202, answer.body)).to.deep.equal([])
    expect(as(answer).job.type).to.equal('instance.adopt')
    const [row] = await database().query<{ origin: string; databaseName: string }>(
      `SELECT origin, database_name AS "databaseName" FROM instances WHERE name = 'Found'`,
    )
    expect(row).to.deep.equal({ origin: 'adopted', databaseName: 'Found_Ods' })
    expect(codes(await under.root.post(path, adopt))).to.deep.equal([[409, 'finding_not_open']])
  })

  it('repairs by registering again, and forgets by deleting', async () => {
    const [broken, lost] = [await made('alpha', 'Broken'), await made('alpha', 'Lost')]
    const repair = await finished(
      bound,
      {},
      {
        kind: 'registration_missing',
        subject: 'Broken',
        tenant: 'alpha',
        instanceId: broken,
        data: {},
        actions: ['repair'],
      },
    )
    const repaired = await bound.post(repair.path, { action: 'repair' })
    expect(as(repaired).job).to.include({ type: 'instance.reregister', instanceId: broken })
    const forget = await finished(
      under.root,
      {},
      {
        kind: 'record_without_database',
        subject: 'Lost',
        tenant: 'alpha',
        instanceId: lost,
        data: {},
        actions: ['forget'],
      },
    )
    const forgotten = await under.root.post(forget.path, { action: 'forget', confirm: 'Lost' })
    expect(as(forgotten).job).to.include({ type: 'instance.delete', instanceId: lost })
  })
})

describe('adopting, registering again and releasing through the API', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await under.root.post('/v1/tenants', { name })
    bound = await under.client({
      scopes: ['read', 'instances:create', 'instances:operate', 'instances:delete'],
      tenants: ['alpha'],
    })
  })
  after(() => under.stop())

  const body = { tenant: 'alpha', server: 'main', databaseName: 'Old_Ods' }

  it('adopts for clients bound to all tenants, and answers the same request with the same job', async () => {
    expect((await bound.post('/v1/instances/adopt', body)).status).to.equal(404)
    const first = await under.root.post('/v1/instances/adopt', body)
    expect(responseFaults(operations.adoptInstance, 202, first.body)).to.deep.equal([])
    expect(as(first).instance).to.include({ origin: 'adopted', name: 'Old_Ods' })
    expect((await under.root.post('/v1/instances/adopt', body)).body.job.id).to.equal(first.body.job.id)
    const answers = [
      await under.root.post('/v1/instances/adopt', { ...body, labels: { a: 'b' } }),
      await under.root.post('/v1/instances/adopt', { ...body, name: 'Another' }),
      await under.root.post('/v1/instances/adopt', { ...body, server: 'nowhere', databaseName: 'X' }),
      await under.root.post('/v1/instances/adopt', { ...body, databaseName: 'ods_minimal' }),
    ]
    expect(answers.map(({ status, body: { code } }) => [status, code])).to.deep.equal([
      [409, 'instance_exists'],
      [409, 'database_name_taken'],
      [422, 'unknown_server'],
      [400, 'validation_failed'],
    ])
  })

  it('registers again and releases what lies within the bound, one at a time', async () => {
    const instance = async (tenant: string, name: string) => {
      const { id } = (await under.root.post('/v1/instances', { tenant, name })).body.instance
      const { database } = under.api.parts.store
      await database.query(`UPDATE instances SET status = 'active' WHERE id = $1`, [id])
      await database.query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [id])
      return id
    }
    const [moved, mine, again, theirs] = [
      await instance('alpha', 'To be moved'),
      await instance('alpha', 'Mine'),
      await instance('alpha', 'Mine too'),
      await instance('beta', 'Theirs'),
    ]
    await under.root.post('/v1/database-servers', serverBody('other'))
    expect((await bound.post(`/v1/instances/${theirs}/release`, { confirm: 'Theirs' })).status).to.equal(404)
    expect((await bound.post(`/v1/instances/${theirs}/reregister`)).status).to.equal(404)
    const move = { server: 'main', allowDowntime: true }
    expect((await bound.post(`/v1/instances/${theirs}/relocate`, move)).status).to.equal(404)
    const careless = await bound.post(`/v1/instances/${again}/relocate`, { ...move, allowDowntime: false })
    expect(careless.body.errors.map(({ pointer }) => pointer)).to.deep.equal(['/allowDowntime'])
    expect((await bound.post(`/v1/instances/${again}/relocate`, move)).body.errors[0]?.pointer).to.equal('/server')
    const moving = await bound.post(`/v1/instances/${moved}/relocate`, { server: 'other', allowDowntime: true })
    expect(responseFaults(operations.relocateInstance, 202, moving.body)).to.deep.equal([])
    expect(moving.body.job.type).to.equal('instance.relocate')
    const asked = await bound.post(`/v1/instances/${again}/reregister`)
    expect(responseFaults(operations.reregisterInstance, 202, asked.body)).to.deep.equal([])
    expect((await bound.post(`/v1/instances/${again}/release`, { confirm: 'Mine too' })).body.code).to.equal(
      'instance_busy',
    )
    expect((await bound.post(`/v1/instances/${mine}/release`, { confirm: 'mine' })).body.code).to.equal(
      'confirmation_required',
    )
    const released = await bound.post(`/v1/instances/${mine}/release`, { confirm: 'Mine' })
    expect(responseFaults(operations.releaseInstance, 202, released.body)).to.deep.equal([])
    expect(released.body.job.type).to.equal('instance.release')
  })
})
