import { operations, responseFaults } from '@edfi-tenants/contract'
import type { Uptime } from '@edfi-tenants/store'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

/** What these tests look for in answers. */
interface Health {
  status: string
  since: string | null
  reason: string | null
  counts: Record<string, number | null>
  uptime: Uptime
  instances: number
  byHealth: Record<string, number>
  byServer: Record<string, number>
  countsMissing: Record<string, number>
  attention: { name: string; status: string; reason: string | null }[]
  registration: { status: string }
  odsApi: { status: string }
  batch: { id: string; total: number; status: string; tenants: string[]; counts: Record<string, number> }
  items: {
    id: string
    type: string
    tenant: string | null
    health: Health
    status: string
    reachable: boolean | null
  }[]
}
const as = ({ body }: { body: unknown }): Health => body as Health

describe('health through the API', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  const ids: Record<string, string> = {}
  const database = () => under.api.parts.store.database

  /** An instance as if its job had succeeded. */
  async function made(tenant: string, name: string, labels = {}): Promise<string> {
    const { id } = (await under.root.post('/v1/instances', { tenant, name, labels })).body.instance
    await database().query(`UPDATE instances SET status = 'active', ods_version = '7.3' WHERE id = $1`, [id])
    await database().query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE instance_id = $1`, [id])
    return id
  }

  /** Checks of the last `hours`, one each minute, of which the first `silent` reached nothing. */
  const history = (id: string, count: number, silent = 0, uncounted = 0) =>
    database().query(
      `INSERT INTO health_checks (instance_id, checked_at, status, reachable, details)
       SELECT $1, now() - make_interval(mins => n), 'healthy', CASE WHEN n > $2::integer + $3::integer OR n <= $3::integer THEN CASE WHEN n > $3::integer THEN true END ELSE false END, '{}'
       FROM generate_series(1, $4::integer) AS n`,
      [id, silent, uncounted, count],
    )

  before(async () => {
    under = await startApi()
    const { root } = under
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    ids['a1'] = await made('alpha', 'Alpha 1', { stage: 'prod' })
    ids['a2'] = await made('alpha', 'Alpha 2')
    ids['b1'] = await made('beta', 'Beta 1')
    await database().query(
      `UPDATE instances SET health_status = 'degraded', health_since = now(), health_checked_at = now(),
         health = '{"reason": "=cmd()", "latencyMs": 12, "databaseState": "online", "counts": {"students": 10, "staff": null}, "countsMode": "exact"}'
       WHERE id = $1`,
      [ids['a1']],
    )
    await database().query(
      `UPDATE instances SET health_status = 'healthy', health_checked_at = now(), health = '{"counts": {"students": 5, "staff": null}}' WHERE id = $1`,
      [ids['b1']],
    )
    await history(ids['a1'], 25, 5, 5)
    await history(ids['a2'], 9)
    bound = await under.client({ scopes: ['read', 'instances:operate'], tenants: ['alpha'] })
  })
  after(() => under.stop())

  it('gives what the last check found, null for what it did not, and the uptime of what counts', async () => {
    const answer = await bound.get(`/v1/instances/${ids['a1'] ?? ''}/health`)
    expect(answer.status).to.equal(200)
    expect(responseFaults(operations.getInstanceHealth, 200, answer.body)).to.deep.equal([])
    const health = as(answer)
    expect(health).to.include({ status: 'degraded', reason: '=cmd()' })
    expect(health.counts).to.include({ students: 10, staff: null, sections: null })
    expect(health.uptime, '5 of 20 reached nothing, 5 were not to be counted').to.deep.equal({
      '24h': 0.75,
      '7d': 0.75,
      '30d': 0.75,
    })
  })

  it('is unknown before the first check, with no uptime below ten checks', async () => {
    const health = as(await bound.get(`/v1/instances/${ids['a2'] ?? ''}/health`))
    expect(health).to.include({ status: 'unknown', since: null })
    expect(health.odsApi.status).to.equal('not_checked')
    expect(health.registration.status).to.equal('unknown')
    expect(health.uptime).to.deep.equal({ '24h': null, '7d': null, '30d': null })
    await history(ids['a2'] ?? '', 1)
    expect(as(await bound.get(`/v1/instances/${ids['a2'] ?? ''}/health`)).uptime['24h']).to.equal(1)
  })

  it('lists the history page by page', async () => {
    const path = `/v1/instances/${ids['a1'] ?? ''}/health-checks?limit=20`
    const first = await bound.get(path)
    expect(responseFaults(operations.listHealthChecks, 200, first.body)).to.deep.equal([])
    expect(first.body.items).to.have.length(20)
    const second = await bound.get(`${path}&cursor=${first.body.nextCursor ?? ''}`)
    expect(second.body.items).to.have.length(5)
    expect(second.body.nextCursor).to.equal(null)
  })

  it('is part of listed instances where that is asked for', async () => {
    const whole = await bound.get('/v1/instances?include=health&health=degraded')
    expect(responseFaults(operations.listInstances, 200, whole.body)).to.deep.equal([])
    expect(as(whole).items.map(({ health }) => health.counts['students'])).to.deep.equal([10])
    const short = await bound.get('/v1/instances?health=degraded')
    expect(Object.keys(as(short).items[0]?.health ?? {})).to.have.members(['status', 'checkedAt'])
  })

  it('sums up what a client may see, and says how many instances a sum is without', async () => {
    const all = await under.root.get('/v1/health')
    expect(responseFaults(operations.getFleetHealth, 200, all.body)).to.deep.equal([])
    expect(as(all)).to.deep.include({
      instances: 3,
      byHealth: { degraded: 1, healthy: 1, unknown: 1 },
      byStatus: { active: 3 },
      byServer: { main: 3 },
      byOdsVersion: { '7.3': 3 },
      counts: { students: 15, staff: null },
      countsMissing: { students: 1, staff: 3 },
    })
    expect(as(all).attention.map(({ name, status, reason }) => [name, status, reason])).to.deep.equal([
      ['Alpha 1', 'degraded', '=cmd()'],
    ])
    expect(as(await bound.get('/v1/health'))).to.deep.include({ instances: 2, counts: { students: 10, staff: null } })
    expect(as(await bound.get('/v1/health?tenant=beta')).instances).to.equal(0)
    expect(as(await under.root.get('/v1/health?label.stage=prod')).instances).to.equal(1)
  })

  it('comes as CSV that no spreadsheet takes for formulas', async () => {
    const { status, headers, text } = await bound.get('/v1/health', { headers: { accept: 'text/csv' } })
    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.match(/^text\/csv/)
    const [names = '', first = '', second = '', ...rest] = text.split('\r\n')
    expect(rest).to.deep.equal([''])
    expect(names.split(',')).to.include.members(['tenant', 'name', 'health', 'students', 'uptime24h'])
    const cells = first.split(',')
    const at = (name: string) => cells[names.split(',').indexOf(name)]
    expect(at('name')).to.equal('Alpha 1')
    expect(at('reason')).to.equal(`'=cmd()`)
    expect(at('students')).to.equal('10')
    expect(at('staff'), 'not known is empty, not 0').to.equal('')
    expect(second).to.contain('Alpha 2')
  })

  it('takes a check of one instance as a job that changes nothing', async () => {
    const answer = await bound.post(`/v1/instances/${ids['a1'] ?? ''}/health-checks`)
    expect(answer.status).to.equal(202)
    expect(responseFaults(operations.checkInstanceHealth, 202, answer.body)).to.deep.equal([])
    expect(answer.body.job.type).to.equal('health.check')
    expect(answer.headers.get('location')).to.equal(`/v1/jobs/${answer.body.job.id}`)
    const reader = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    expect((await reader.post(`/v1/instances/${ids['a1'] ?? ''}/health-checks`)).status).to.equal(403)
  })

  it('takes a check of all as a batch that is seen by those whose bound covers it', async () => {
    const all = await under.root.post('/v1/health-checks', {})
    expect(all.status).to.equal(202)
    expect(responseFaults(operations.checkHealth, 202, all.body)).to.deep.equal([])
    const { batch } = as(all)
    expect(batch).to.deep.include({ total: 1, tenants: [], status: 'running' })
    expect(all.headers.get('location')).to.equal(`/v1/batches/${batch.id}`)
    expect((await bound.get(`/v1/batches/${batch.id}`)).status, 'it is of all tenants').to.equal(404)
    expect((await bound.get(`/v1/batches/${batch.id}/jobs`)).status).to.equal(404)

    const own = as(await bound.post('/v1/health-checks', { server: 'main' })).batch
    expect(own).to.deep.include({ total: 1, tenants: ['alpha'] })
    const read = await bound.get(`/v1/batches/${own.id}`)
    expect(responseFaults(operations.getBatch, 200, read.body)).to.deep.equal([])
    expect(read.headers.get('retry-after')).to.equal('2')
    const jobs = await bound.get(`/v1/batches/${own.id}/jobs`)
    expect(responseFaults(operations.listBatchJobs, 200, jobs.body)).to.deep.equal([])
    expect(as(jobs).items.map(({ type, tenant }) => [type, tenant])).to.deep.equal([['health.check', 'alpha']])
    await database().query(`UPDATE jobs SET status = 'failed', finished_at = now() WHERE batch_id = $1`, [own.id])
    const ended = as(await bound.get(`/v1/batches/${own.id}`)) as unknown as Health['batch']
    expect(ended).to.include({ status: 'failed' })
    expect(ended.counts).to.include({ failed: 1, queued: 0 })
  })

  it('refuses what is not there and what is another’s in the same words', async () => {
    const missing = '00000000-0000-4000-8000-000000000000'
    for (const id of [missing, ids['b1'] ?? ''])
      for (const ask of [
        () => bound.get(`/v1/instances/${id}/health`),
        () => bound.get(`/v1/instances/${id}/health-checks`),
        () => bound.post(`/v1/instances/${id}/health-checks`),
      ])
        expect((await ask()).status).to.equal(404)
    const words = async (body: object) => {
      const { status, body: answer } = await bound.post('/v1/health-checks', body)
      return [status, answer.code]
    }
    expect(await words({ tenant: 'beta' })).to.deep.equal(await words({ tenant: 'gamma' }))
    expect(await words({ tenant: 'beta' })).to.deep.equal([422, 'unknown_tenant'])
    expect(await words({ server: 'elsewhere' })).to.deep.equal([422, 'unknown_server'])
  })

  it('keeps the health policy of a tenant, and gives it back', async () => {
    const policy = { maxLatencyMs: 500, staleAfterHours: 48, checks: ['students-without-school'], intervalMinutes: 30 }
    const changed = await under.root.patch('/v1/tenants/beta', { healthPolicy: policy })
    expect(changed.status).to.equal(200)
    expect((changed.body as unknown as { healthPolicy: object }).healthPolicy).to.deep.equal(policy)
    expect((await under.root.patch('/v1/tenants/beta', { healthPolicy: { checks: ['../x'] } })).status).to.equal(400)
    const without = await under.root.patch('/v1/tenants/beta', { healthPolicy: null })
    expect((without.body as unknown as { healthPolicy: object | null }).healthPolicy).to.equal(null)
  })
})
