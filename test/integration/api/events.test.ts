import { randomBytes } from 'node:crypto'
import { eventTypes } from '@edfi-tenants/core'
import type { Database } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { openEventStream, type StreamedEvent } from '../../support/event-stream.js'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a worker does to a job that matters here: one more event, and the end. */
const add = (database: Pick<Database, 'query'>, jobId: string, type: string, data: object = {}) =>
  database.query(
    `WITH j AS (UPDATE jobs SET event_count = event_count + 1, finished_at = CASE WHEN $2 LIKE 'job.succ%' THEN now() END,
       status = CASE WHEN $2 LIKE 'job.succ%' THEN 'succeeded' ELSE 'running' END WHERE id = $1 RETURNING id, event_count)
     INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, $2, $3::jsonb FROM j`,
    [jobId, type, JSON.stringify(data)],
  )

const keyOf = ({ data }: StreamedEvent) => `${data.jobId ?? ''} ${data.sequence ?? ''}`

describe('event streams', () => {
  let first: ApiUnderTest
  let second: ApiUnderTest
  let reader: ApiClient
  let bound: ApiClient
  let databaseUrl = ''
  let database: Database
  let number = 0

  before(async () => {
    const keys = { ENCRYPTION_KEYS: key('e1'), TOKEN_SIGNING_KEYS: key('t1') }
    first = await startApi(keys, (url) => (databaseUrl = url))
    database = first.api.parts.store.database
    const { root } = first
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    reader = await first.client({ scopes: ['read', 'instances:create'], tenants: ['*'] })
    bound = await first.client({ scopes: ['read'], tenants: ['alpha'] })
    second = await startApi(keys, () => databaseUrl)
  })
  after(async () => {
    await second.stop()
    await first.stop()
  })

  const newJob = async (tenant = 'alpha'): Promise<string> => {
    const { body } = await reader.post('/v1/instances', { tenant, name: `Stream ${++number}` })
    return body.job.id
  }
  const open = (path: string, on = first, lastEventId?: string, token = reader.token) =>
    openEventStream(on.url + path, { token, lastEventId })

  it('tell a job from its first event to its end, each under its sequence, and close', async () => {
    const id = await newJob()
    const stream = await open(`/v1/jobs/${id}/events`)
    expect(stream.status).to.equal(200)
    expect(stream.headers.get('content-type')).to.equal('text/event-stream')
    expect(stream.headers.get('cache-control')).to.equal('no-store')
    await stream.until((events) => events.length === 1)
    await add(database, id, 'step.started', { step: 'reserve-name' })
    await add(database, id, 'job.succeeded')
    await stream.ended
    expect(stream.raw()).to.match(/^retry: \d+\n/)
    expect(stream.events.map((each) => [each.id, each.event])).to.deep.equal([
      ['1', 'job.queued'],
      ['2', 'step.started'],
      ['3', 'job.succeeded'],
      ['', 'stream.end'],
    ])
    expect(stream.events[1]?.data).to.deep.include({
      type: 'step.started',
      jobId: id,
      jobType: 'instance.create',
      tenant: 'alpha',
      batchId: null,
      sequence: 2,
      data: { step: 'reserve-name' },
    })
    expect(stream.events[3]?.data.reason).to.equal('finished')
    // Who has seen the end and comes back, as browsers do, is told not to.
    expect((await open(`/v1/jobs/${id}/events`, second, '3')).status).to.equal(204)
    const rest = await open(`/v1/jobs/${id}/events?lastEventId=2`, second)
    await rest.ended
    expect(rest.events.map((each) => each.event)).to.deep.equal(['job.succeeded', 'stream.end'])

    const page = await reader.get(`/v1/jobs/${id}/events?limit=2`, { headers: { accept: 'application/json' } })
    expect(page.body.items.map((each) => (each as unknown as { type: string }).type)).to.deep.equal([
      'job.queued',
      'step.started',
    ])
    const next = await reader.get(`/v1/jobs/${id}/events?cursor=${page.body.nextCursor}`, {
      headers: { accept: 'application/json' },
    })
    expect([next.body.items.length, next.body.nextCursor]).to.deep.equal([1, null])
  })

  it('go on where they were after a reconnect to another process, with nothing left out and nothing twice', async function () {
    this.timeout(30_000)
    const ids = await Promise.all(Array.from({ length: 6 }, () => newJob()))
    const perJob = 40
    const wanted = (event: StreamedEvent) => ids.includes(event.data.jobId ?? '') && event.event === 'step.started'
    const seen: StreamedEvent[] = []
    let connection = await open('/v1/tenants/alpha/events')
    const work = Promise.all(
      ids.map(async (id) => {
        for (let n = 0; n < perJob; n += 1) {
          await add(database, id, 'step.started', { n })
          await pause(Math.random() * 30)
        }
      }),
    )
    let connections = 1
    for (; seen.length < ids.length * perJob && connections < 100; connections += 1) {
      await Promise.race([connection.until((events) => events.length >= 10), pause(400)])
      connection.close()
      await connection.ended
      seen.push(...connection.events.filter(wanted))
      // Each time another process, which may be ahead of the one before or behind it.
      connection = await open('/v1/tenants/alpha/events', connections % 2 === 0 ? first : second, connection.lastId())
    }
    await work
    connection.close()
    expect(connections).to.be.greaterThan(3)
    for (const id of ids)
      expect(
        seen.filter(({ data }) => data.jobId === id).map(({ data }) => data.sequence),
        id,
      ).to.deep.equal(Array.from({ length: perJob }, (_, n) => n + 2))
  })

  it('skip no event whose transaction began earlier and ended later, and wait for no other transaction', async () => {
    const [slow, quick] = [await newJob(), await newJob()]
    const stream = await open('/v1/tenants/alpha/events')
    const late = new pg.Client({ connectionString: databaseUrl })
    const foreign = new pg.Client({ connectionString: databaseUrl.replace(/\/[^/]*$/, '/postgres') })
    await Promise.all([late.connect(), foreign.connect()])
    // Somebody else's long transaction on the same server, as the copy of a database is.
    await foreign.query('BEGIN; SELECT pg_current_xact_id()')
    await late.query('BEGIN')
    await add(
      { query: async (text, values = []) => (await late.query<never>(text, [...values])).rows },
      slow,
      'step.started',
    )
    await add(database, quick, 'step.started')
    await stream.until((events) => events.some(({ data }) => data.jobId === quick))
    const lastId = stream.lastId()
    await late.query('COMMIT')
    await stream.until((events) => events.some(({ data }) => data.jobId === slow))
    // The same for a reader who lost the connection between the two, on the other process.
    const again = await open('/v1/tenants/alpha/events', second, lastId)
    await again.until((events) => events.length > 0)
    expect(again.events.map(keyOf)).to.deep.equal([`${slow} 2`])
    await Promise.all([late.end(), foreign.end()])
    for (const each of [stream, again]) each.close()
  })

  it('begin anew for a reader whose place is of a server that the database has left', async () => {
    const id = await newJob()
    const stream = await open('/v1/tenants/alpha/events', first, 'zzzzzz.9~zzzzzz.9~5')
    await add(database, id, 'step.started')
    await stream.until((events) => events.length > 0)
    expect(stream.events.map(keyOf)).to.deep.equal([`${id} 2`])
    stream.close()
  })

  it('tell a batch from its first event to its end', async () => {
    const jobs = [await newJob('alpha'), await newJob('beta')]
    const [batch] = await database.query<{ id: string }>(
      `INSERT INTO batches (id, operation, total, options, tenants, requested_by) VALUES (gen_random_uuid(), 'instance.create', 2, '{}', '{alpha,beta}', 'test') RETURNING id`,
    )
    await database.query('UPDATE jobs SET batch_id = $1 WHERE id = ANY($2)', [batch!.id, jobs])
    const path = `/v1/batches/${batch!.id}/events`
    expect((await open(path, first, undefined, bound.token)).status).to.equal(404)
    const stream = await open(path)
    await stream.until((events) => events.length === 2)
    await add(database, jobs[0]!, 'step.started')
    await add(database, jobs[0]!, 'job.succeeded')
    await stream.until((events) => events.length === 4)
    stream.close()
    await add(database, jobs[1]!, 'job.succeeded')
    // Whoever looks at the batch finds that it has ended.
    expect((await reader.get(`/v1/batches/${batch!.id}`)).body.status).to.equal('succeeded')
    const rest = await open(path, second, stream.lastId())
    await rest.ended
    expect(rest.events.map(({ event }) => event)).to.deep.equal(['job.succeeded', 'batch.finished', 'stream.end'])
    expect(rest.events[1]?.data).to.deep.include({ batchId: batch!.id, jobId: null, tenant: null })
    expect(rest.events[1]?.data.data).to.deep.include({ operation: 'instance.create', total: 2, status: 'succeeded' })
    expect((await open(path, first, rest.lastId())).status).to.equal(204)
    const whole = await open(path, second)
    await whole.ended
    expect(whole.events.map(keyOf)).to.deep.equal([...stream.events, ...rest.events].map(keyOf))
  })

  it('show a bound client its own tenants only, as if there were no others', async () => {
    const own = await newJob('alpha')
    const foreign = await newJob('beta')
    for (const path of [`/v1/jobs/${foreign}/events`, '/v1/tenants/beta/events', '/v1/tenants/none/events'])
      expect((await open(path, first, undefined, bound.token)).status, path).to.equal(404)
    const stream = await open('/v1/tenants/ALPHA/events', first, undefined, bound.token)
    await add(database, foreign, 'step.started')
    await add(database, own, 'step.started')
    await stream.until((events) => events.length > 0)
    expect(stream.events.map(({ data }) => data.tenant)).to.deep.equal(['alpha'])
    stream.close()
  })

  it('refuse a Last-Event-ID that is none of theirs', async () => {
    const id = await newJob()
    for (const [path, lastEventId] of [
      [`/v1/jobs/${id}/events`, 'x'],
      [`/v1/jobs/${id}/events`, '-1'],
      ['/v1/tenants/alpha/events', '17'],
      ['/v1/tenants/alpha/events', 'a.b~c~~'],
      ['/v1/tenants/alpha/events', `${'9'.repeat(40)}.1~1.1~1`],
    ] as const) {
      const stream = await open(path, first, lastEventId)
      await stream.ended
      expect([stream.status, stream.raw()], lastEventId).to.satisfy(
        ([code, text]: [number, string]) => code === 400 && text.includes('Last-Event-ID'),
      )
    }
  })

  it('end with the token', async () => {
    const short = await startApi({ TOKEN_LIFETIME_SECONDS: '2' })
    try {
      await short.root.post('/v1/environments', environmentBody('default'))
      await short.root.post('/v1/tenants', { name: 'alpha' })
      const stream = await openEventStream(`${short.url}/v1/tenants/alpha/events`, { token: short.root.token })
      expect(stream.status).to.equal(200)
      await stream.ended
      expect(stream.events.map(({ data }) => data.reason)).to.deep.equal(['token_expired'])
    } finally {
      await short.stop()
    }
  })

  it('end when the process stops, without holding it up', async () => {
    const third = await startApi()
    await third.root.post('/v1/environments', environmentBody('default'))
    await third.root.post('/v1/tenants', { name: 'alpha' })
    const stream = await openEventStream(`${third.url}/v1/tenants/alpha/events`, { token: third.root.token })
    const begun = Date.now()
    await third.stop()
    await stream.ended
    expect(Date.now() - begun).to.be.lessThan(3_000)
    expect(stream.events.map(({ data }) => data.reason)).to.deep.equal(['stopping'])
  })

  it('are so many for one client, and no more', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => open('/v1/tenants/alpha/events')))
    expect(new Set(streams.map(({ status }) => status))).to.deep.equal(new Set([200]))
    const refused = await open('/v1/tenants/alpha/events')
    await refused.ended
    expect(refused.status).to.equal(429)
    expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0)
    for (const stream of streams) stream.close()
    await Promise.all(streams.map(({ ended }) => ended))
    // Whoever asks for the head only holds nothing.
    for (let n = 0; n < 60; n += 1)
      expect(
        (await first.send('HEAD', '/v1/tenants/alpha/events', { headers: { authorization: `Bearer ${reader.token}` } }))
          .status,
      ).to.be.oneOf([200, 429])
    await pause(100)
    const head = await first.send('HEAD', '/v1/tenants/alpha/events', {
      headers: { authorization: `Bearer ${reader.token}` },
    })
    expect(head.status).to.equal(200)
    await pause(100)
    const again = await open('/v1/tenants/alpha/events')
    expect(again.status).to.equal(200)
    again.close()
  })

  it('know every type that there is', async () => {
    const types = await database.query<{ type: string }>('SELECT DISTINCT type FROM job_events')
    expect(Object.keys(eventTypes)).to.include.members(types.map(({ type }) => type))
  })
})
