import { parseTargetHosts } from '@edfi-tenants/runtime'
import { fanOutEvents, type Database } from '@edfi-tenants/store'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { sendWebhook } from '../../../apps/worker/src/webhooks/send-webhook.js'
import { startWebhookSweep } from '../../../apps/worker/src/webhooks/webhook-sweep.js'
import { quietLog } from '../../support/job-stack.js'
import { startReceiver, type WebhookReceiver } from '../../support/webhook-receiver.js'
import { environmentBody, serverBody, startApi, type Answered, type ApiUnderTest } from '../api/api-under-test.js'

/** What the answers about webhooks have besides. */
interface HookBody {
  id: string
  secret: string
  enabled: boolean
  disabledReason: string | null
  url: string
  tenants: string[]
  eventTypes: string[]
  redelivered: number
  delivery: Delivery
  items: Delivery[]
}
interface Delivery {
  id: string
  type: string
  status: string
  attempts: number
  lastStatusCode: number | null
  lastError: string | null
}
const hookOf = ({ body }: Answered) => body as unknown as HookBody

const listed = parseTargetHosts('127.0.0.1')

describe('webhooks', () => {
  let under: ApiUnderTest
  let receiver: WebhookReceiver
  let database: Database
  let sweep: { stop(): Promise<void> }
  let number = 0

  before(async () => {
    under = await startApi({ WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' })
    database = under.api.parts.store.database
    const { root } = under
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('main'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    const parts = { store: under.api.parts.store, log: quietLog, listed }
    sweep = startWebhookSweep(parts, { intervalMs: 50, delaysMs: [30, 30], timeoutMs: 500 })
  })
  beforeEach(async () => {
    receiver = await startReceiver()
  })
  afterEach(async () => {
    await receiver.close()
    await database.query('DELETE FROM webhooks')
  })
  after(async () => {
    await sweep.stop()
    await under.stop()
  })

  const newJob = async (tenant = 'alpha'): Promise<string> =>
    (await under.root.post('/v1/instances', { tenant, name: `Hook ${++number}` })).body.job.id

  const addHook = async (more: object = {}, client = under.root): Promise<HookBody> => {
    const answer = await client.post('/v1/webhooks', { url: `${receiver.url}/hook`, ...more })
    expect(answer.status, answer.text).to.equal(201)
    return hookOf(answer)
  }

  const deliveriesOf = async ({ id }: HookBody, status = ''): Promise<Delivery[]> =>
    hookOf(await under.root.get(`/v1/webhooks/${id}/deliveries${status && `?status=${status}`}`)).items

  /** Looks at the deliveries until one fits. */
  const untilDelivery = async (hook: HookBody, fits: (each: Delivery) => boolean): Promise<Delivery> => {
    for (let look = 0; look < 200; look += 1) {
      const found = (await deliveriesOf(hook)).find(fits)
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`None fits: ${JSON.stringify(await deliveriesOf(hook))}`)
  }

  it('are sent what happens, signed so that the convention’s own library accepts it', async () => {
    const hook = await addHook({ eventTypes: ['job.*'] })
    expect(hook.secret).to.match(/^whsec_/)
    const jobId = await newJob()
    const [message] = await receiver.until(1)
    const payload = new Webhook(hook.secret).verify(message!.text, message!.headers as Record<string, string>)
    expect(payload).to.have.keys('type', 'timestamp', 'data')
    expect(payload).to.have.property('type', 'job.queued')
    expect(payload)
      .to.have.property('data')
      .that.deep.includes({ type: 'job.queued', jobId, jobType: 'instance.create', tenant: 'alpha', sequence: 1 })
    expect(() =>
      new Webhook('whsec_c2VjcmV0').verify(message!.text, message!.headers as Record<string, string>),
    ).to.throw()
    expect(await untilDelivery(hook, ({ status }) => status === 'delivered')).to.deep.include({
      attempts: 1,
      lastStatusCode: 204,
      lastError: null,
    })
    const shown = await under.root.get(`/v1/webhooks/${hook.id}`)
    expect(shown.text).not.to.contain(hook.secret)
  })

  it('get what their tenants and types let through, each once however many processes pass it on', async () => {
    const own = await addHook({ tenants: ['alpha'], eventTypes: ['job.queued'] })
    const ends = await addHook({ tenants: ['*'] })
    const both = await addHook({ tenants: ['Alpha', 'BETA'], eventTypes: ['*'] })
    await newJob('alpha')
    const foreign = await newJob('beta')
    await database.query(
      `INSERT INTO job_events (type, tenant, data) VALUES ('instance.health_changed', 'beta', '{"from":"healthy","to":"unreachable"}')`,
    )
    await database.query(
      `WITH b AS (INSERT INTO batches (id, operation, total, options, tenants, requested_by, finished_at) VALUES (gen_random_uuid(), 'health.check', 0, '{}', '{alpha,gamma}', 'test', now()) RETURNING id)
       INSERT INTO job_events (type, batch_id, data) SELECT 'batch.finished', id, '{}' FROM b`,
    )
    await Promise.all(Array.from({ length: 4 }, () => fanOutEvents(under.api.parts.store.database)))
    await receiver.until(1 + 2 + 3)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const types = async (hook: HookBody) => (await deliveriesOf(hook)).map(({ type }) => type).sort()
    expect(await types(own)).to.deep.equal(['job.queued'])
    expect(await types(ends)).to.deep.equal(['batch.finished', 'instance.health_changed'])
    expect(await types(both)).to.deep.equal(['instance.health_changed', 'job.queued', 'job.queued'])
    expect(receiver.received.filter(({ text }) => text.includes(foreign))).to.have.length(1)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).to.equal(6)
  })

  it('try again what fails, under the same id, until it is dead; and send it again when asked', async () => {
    const hook = await addHook({ eventTypes: ['job.queued'] })
    receiver.answer = 503
    await newJob()
    const dead = await untilDelivery(hook, ({ status }) => status === 'dead')
    expect(dead).to.deep.include({ attempts: 3, lastStatusCode: 503, lastError: 'The receiver answered 503.' })
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).to.deep.equal(
      new Set([`msg_${dead.id}`]),
    )
    expect(await deliveriesOf(hook, 'dead')).to.have.length(1)
    expect(await deliveriesOf(hook, 'delivered')).to.have.length(0)

    receiver.answer = 200
    const again = await under.root.post(`/v1/webhooks/${hook.id}/redeliver`)
    expect([again.status, hookOf(again).redelivered]).to.deep.equal([202, 1])
    const made = await untilDelivery(hook, ({ status }) => status === 'delivered')
    expect(made.id).to.equal(dead.id)
    const once = await under.root.post(`/v1/webhooks/${hook.id}/deliveries/${dead.id}/redeliver`)
    expect([once.status, hookOf(once).delivery.id]).to.deep.equal([202, dead.id])
    await receiver.until(5)
    expect(receiver.received.at(-1)!.headers['webhook-id']).to.equal(`msg_${dead.id}`)
  })

  it('give up on a receiver that says nothing in time, keeping others waiting for nothing', async () => {
    const stuck = await addHook({ url: `${receiver.url}/stuck`, eventTypes: ['job.queued'] })
    receiver.answer = null
    const quick = await startReceiver()
    const other = await addHook({ url: quick.url, eventTypes: ['job.queued'] })
    for (let n = 0; n < 10; n += 1) await newJob()
    const begun = Date.now()
    await quick.until(10)
    expect(Date.now() - begun).to.be.lessThan(1_000)
    const late = await untilDelivery(stuck, ({ lastError }) => lastError !== null)
    expect(late.lastError).to.equal('The receiver took too long.')
    expect(await deliveriesOf(other, 'delivered')).to.have.length(10)
    await quick.close()
  })

  it('sign with both secrets after a rotation, so that receivers can change over', async () => {
    const hook = await addHook({ eventTypes: ['job.queued'] })
    const rotated = hookOf(await under.root.post(`/v1/webhooks/${hook.id}/rotate`))
    expect(rotated.secret).not.to.equal(hook.secret)
    const tried = await under.root.post(`/v1/webhooks/${hook.id}/test`)
    const [message] = await receiver.until(1)
    expect((await under.root.get(tried.headers.get('location')!)).body.type).to.equal('webhook.test')
    for (const secret of [hook.secret, rotated.secret])
      expect(new Webhook(secret).verify(message!.text, message!.headers as Record<string, string>)).to.deep.include({
        type: 'webhook.test',
        data: { webhookId: hook.id },
      })
    await database.query(`UPDATE webhooks SET previous_secret_until = now() - interval '1 second'`)
    await under.root.post(`/v1/webhooks/${hook.id}/test`)
    const [, later] = await receiver.until(2)
    expect(() => new Webhook(hook.secret).verify(later!.text, later!.headers as Record<string, string>)).to.throw()
  })

  it('are switched off by a receiver that is gone, and on again when asked', async () => {
    const hook = await addHook({ eventTypes: ['job.queued'] })
    receiver.answer = 410
    await newJob()
    await untilDelivery(hook, ({ status }) => status === 'dead')
    expect(hookOf(await under.root.get(`/v1/webhooks/${hook.id}`))).to.deep.include({
      enabled: false,
      disabledReason: 'gone',
    })
    await newJob()
    await fanOutEvents(under.api.parts.store.database)
    expect(await deliveriesOf(hook)).to.have.length(1)
    receiver.answer = 200
    const changed = await under.root.patch(`/v1/webhooks/${hook.id}`, { enabled: true, description: 'back' })
    expect(hookOf(changed)).to.deep.include({ enabled: true, disabledReason: null, description: 'back' })
    await under.root.post(`/v1/webhooks/${hook.id}/redeliver`)
    expect(await untilDelivery(hook, ({ status }) => status === 'delivered')).to.be.an('object')
  })

  it('follow no redirect, as that would lead anywhere', async () => {
    const hook = await addHook({ eventTypes: ['job.queued'] })
    receiver.answer = `${receiver.url}/elsewhere`
    await newJob()
    const dead = await untilDelivery(hook, ({ status }) => status === 'dead')
    expect(dead.lastError).to.contain('redirects are not followed')
    expect(new Set(receiver.received.map(({ path }) => path))).to.deep.equal(new Set(['/hook']))
  })

  it('are not for internal addresses unless they are listed, whatever the name', async () => {
    const strict = await startApi()
    for (const url of [
      'https://localhost/x',
      'https://LOCALHOST./x',
      'https://10.0.0.1/x',
      'https://[::1]/x',
      'https://[::ffff:10.0.0.1]/x',
      'https://169.254.169.254/latest/meta-data',
      'https://2852039166/',
      'https://metadata.google.internal/',
      'https://0x0a000001/',
    ]) {
      const refused = await strict.root.post('/v1/webhooks', { url })
      expect([refused.status, refused.body.code], url).to.deep.equal([422, 'target_host_refused'])
    }
    for (const url of ['http://8.8.8.8/', 'https://8.8.8.8/']) {
      const { status } = await strict.root.post('/v1/webhooks', { url })
      expect(status, url).to.equal(url.startsWith('https') ? 201 : 422)
    }
    await strict.stop()
    for (const url of ['ftp://127.0.0.1/', 'https://user:pw@example.org/', 'no url', 'https://example.org/#x']) {
      const refused = await under.root.post('/v1/webhooks', { url })
      expect([refused.status, refused.body.code], url).to.deep.equal([400, 'validation_failed'])
    }
    const hook = await addHook()
    const changed = await under.root.patch(`/v1/webhooks/${hook.id}`, { url: 'https://10.0.0.1/' })
    expect([changed.status, changed.body.code]).to.deep.equal([422, 'target_host_refused'])
  })

  it('are not sent to an internal address that a name has come to mean since it was registered', async () => {
    const nothingListed = parseTargetHosts('')
    const port = new URL(receiver.url).port
    const send = (url: string, list = nothingListed) =>
      sendWebhook(
        { id: '0', url, body: { type: 'x' }, secrets: ['whsec_c2VjcmV0'] },
        { listed: list, timeoutMs: 1_000 },
      )
    // `ip6-localhost` and the like are names of a machine's own; `localhost.` is judged by what it resolves to as well.
    for (const url of [
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `http://[::ffff:127.0.0.1]:${port}`,
    ])
      expect((await send(url)).error, url).to.equal('Nothing is sent to this address.')
    // The name is fine, and its address is looked at when the connection is made.
    const elsewhere = parseTargetHosts('10.0.0.0/8, 203.0.113.7')
    expect((await send(`http://localhost:${port}`, elsewhere)).error).to.equal('Nothing is sent to this address.')
    expect(receiver.received).to.have.length(0)
    expect((await send(`http://127.0.0.1:${port}`, listed)).statusCode).to.equal(204)
    expect((await send(`http://localhost:${port}`, parseTargetHosts('localhost'))).statusCode).to.equal(204)
  })

  it('belong to clients that have all their tenants', async () => {
    const alpha = await under.client({ scopes: ['tenants:manage'], tenants: ['alpha'] })
    const own = await addHook({}, alpha)
    expect([own.tenants, own.eventTypes.includes('job.failed')]).to.deep.equal([['alpha'], true])
    const foreign = await addHook({ tenants: ['alpha', 'beta'] })
    for (const tenants of [['beta'], ['*']]) {
      const refused = await alpha.post('/v1/webhooks', { url: receiver.url, tenants })
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'outside_grant'])
      const wider = await alpha.patch(`/v1/webhooks/${own.id}`, { tenants })
      expect([wider.status, wider.body.code]).to.deep.equal([403, 'outside_grant'])
    }
    expect(hookOf(await alpha.get('/v1/webhooks')).items.map(({ id }) => id)).to.deep.equal([own.id])
    for (const ask of [
      () => alpha.get(`/v1/webhooks/${foreign.id}`),
      () => alpha.patch(`/v1/webhooks/${foreign.id}`, { url: 'https://10.0.0.1/' }),
      () => alpha.delete(`/v1/webhooks/${foreign.id}`),
      () => alpha.post(`/v1/webhooks/${foreign.id}/rotate`),
      () => alpha.post(`/v1/webhooks/${foreign.id}/test`),
      () => alpha.post(`/v1/webhooks/${foreign.id}/redeliver`),
      () => alpha.get(`/v1/webhooks/${foreign.id}/deliveries`),
    ])
      expect((await ask()).status).to.equal(404)
    expect((await alpha.delete(`/v1/webhooks/${own.id}`)).status).to.equal(204)
    expect((await alpha.get(`/v1/webhooks/${own.id}`)).status).to.equal(404)
    const { items } = (await under.root.get(`/v1/audit-events?actor=${alpha.id}&outcome=succeeded`)).body
    expect(items.map(({ action }) => action)).to.include.members(['webhook.create', 'webhook.delete'])
    const reader = await under.client({ scopes: ['read'], tenants: ['*'] })
    expect((await reader.get('/v1/webhooks')).status).to.equal(403)
  })

  it('send nothing twice after the database was moved to a server that counts transactions anew', async () => {
    const hook = await addHook({ eventTypes: ['job.queued'] })
    await newJob()
    await receiver.until(1)
    await sweep.stop()
    // As if it came from a server that had counted much further.
    await database.query(`UPDATE event_readers SET seen = '900000000:900000009:900000001'`)
    await database.query(`UPDATE job_events SET xid = 900000000 + id`)
    const { store } = under.api.parts
    expect(await fanOutEvents(store.database)).to.equal(0)
    await newJob()
    expect(await fanOutEvents(store.database)).to.equal(1)
    expect(await fanOutEvents(store.database)).to.equal(0)
    expect(await deliveriesOf(hook)).to.have.length(2)
  })
})
