import { setTimeout as pause } from 'node:timers/promises'
import { createApiMetrics } from '@edfi-tenants/runtime'
import { readFleetFigures } from '@edfi-tenants/store'
import { expect } from 'chai'
import { redisOrSkip } from '../../support/redis.js'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('the metrics of the API', () => {
  let under: ApiUnderTest
  before(async function () {
    under = await startApi()
  })
  after(() => under.stop())

  const newJob = async (name: string): Promise<string> => {
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
    return (await under.root.post('/v1/instances', { tenant: 'alpha', name })).body.job.id
  }

  it('are for clients of every tenant that may read, as they tell of all', async () => {
    expect((await under.send('GET', '/metrics')).status).to.equal(401)
    const bound = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    expect((await bound.get('/metrics')).status).to.equal(404)
    const scraper = await under.client({ scopes: ['read'], tenants: ['*'] })
    const { status, headers, text } = await scraper.get('/metrics')
    expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).to.match(/^edfi_tenants_fleet_readable 1$/m)
    expect(text).to.match(/^edfi_tenants_oldest_waiting_job_age_seconds 0$/m)
    expect(text).to.match(/^edfi_tenants_process_cpu_seconds_total /m)
  })

  it('name requests by their route, so that neither ids nor made-up paths become labels', async () => {
    await under.root.get('/v1/jobs/0199aaaa-0000-7000-8000-000000000000')
    await under.send('GET', '/made-up-by-somebody')
    const { text } = await under.root.get('/metrics')
    expect(text).to.contain('_count{method="GET",route="/v1/jobs/{id}",status="4xx"} 1')
    expect(text).to.contain('_count{method="GET",route="other",status="4xx"} 1')
    expect(text).not.to.match(/0199aaaa|made-up/)
  })

  it('show every figure that the control database has of the fleet, under its labels', async () => {
    await newJob('Counted')
    const { database } = under.api.parts.store
    const figures = await readFleetFigures(database)
    const { content } = await createApiMetrics(() => Promise.resolve(figures)).read()
    expect(new Set(figures.map(({ name }) => name)).size).to.equal(6)
    for (const { name, labels } of figures) {
      const written = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
      expect(content).to.contain(`\n${name}${written.length > 0 ? `{${written.join(',')}}` : ''} `)
    }
  })

  it('tell how long Admin API takes where a request waits for it', async () => {
    const adminApi = { url: 'http://127.0.0.1:1', clientId: 'admin', clientSecret: 'admin-secret', mode: 'v2' }
    await under.root.post('/v1/environments', environmentBody('away', { adminApi }))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'beta', environment: 'away' })
    const body = { tenant: 'beta', server: 'main', databaseName: 'Theirs', odsInstanceId: 7 }
    const answer = await under.root.post('/v1/instances/adopt', body)
    expect([answer.status, answer.body.code]).to.deep.equal([503, 'admin_api_unreachable'])
    const { text } = await under.root.get('/metrics')
    expect(text).to.match(/_admin_api_request_duration_seconds_count\{method="GET",path="\/",status="none"\} [1-9]/)
  })

  it('leave streams out of the durations, as they last for as long as somebody listens', async () => {
    const id = await newJob('Streamed')
    const { database } = under.api.parts.store
    await database.query(
      `WITH j AS (UPDATE jobs SET status = 'succeeded', finished_at = now(), event_count = event_count + 1 WHERE id = $1 RETURNING *)
       INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, 'job.succeeded', '{}' FROM j`,
      [id],
    )
    const headers = { authorization: `Bearer ${under.root.token}` }
    const stream = await under.send('GET', `/v1/jobs/${id}/events`, { headers })
    expect(stream.headers.get('content-type')).to.equal('text/event-stream')
    await under.send('GET', '/v1/jobs/none/events', { headers })
    const { text } = await under.root.get('/metrics')
    expect(text).not.to.contain('route="/v1/jobs/{id}/events",status="2xx"')
    expect(text).to.contain('_count{method="GET",route="/v1/jobs/{id}/events",status="4xx"} 1')
  })

  it('count the jobs that this process found to be rung again, as workers count theirs', async function () {
    await redisOrSkip(this)
    const repairs = async () =>
      Number(/_job_repairs_total\{kind="lease_ended"\} (\d+)/.exec((await under.root.get('/metrics')).text)?.[1])
    expect(await repairs()).to.equal(0)
    const { database } = under.api.parts.store
    const id = await newJob('Left behind')
    const isRung = () => database.query('SELECT FROM jobs WHERE id = $1 AND rung_at IS NOT NULL', [id])
    while ((await isRung()).length === 0) await pause(5)
    await database.query(
      `WITH slot AS (UPDATE slots SET job_id = NULL, expires_at = NULL WHERE job_id = $1)
       UPDATE jobs SET status = 'running', rung_at = NULL, lease_expires_at = now() - interval '1 s' WHERE id = $1`,
      [id],
    )
    under.api.parts.ringer.request()
    while ((await repairs()) === 0) await pause(5)
    expect(await repairs()).to.equal(1)
  })
})
