import type { Batch, BatchRetried, RolloverPlan } from '@edfi-tenants/contract'
import { expect } from 'chai'
import {
  environmentBody,
  serverBody,
  startApi,
  type Answered,
  type ApiClient,
  type ApiUnderTest,
} from './api-under-test.js'

type Taken = { batch: Batch; ended: number; asked: number } & BatchRetried & RolloverPlan

describe('controlling batches over HTTP', function () {
  this.timeout(60_000)
  let under: ApiUnderTest
  let root: ApiClient
  before(async () => {
    under = await startApi()
    root = under.root
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('local'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
  })
  after(() => under.stop())

  const taken = ({ body }: Answered) => body as unknown as Taken
  const query = (text: string, values: readonly unknown[] = []) =>
    under.api.parts.store.database.query<{ n: number }>(text, values)
  const create = async (names: string[], more: object = {}, tenant = 'alpha'): Promise<Batch> => {
    const items = names.map((name) => ({ tenant, name, contexts: { schoolYearFromRoute: '2026' } }))
    return taken(await root.post('/v1/batches', { operation: 'instance.create', items, ...more })).batch
  }
  const control = (batch: Batch, action: string, body?: unknown, as = root, headers = {}) =>
    as.post(`/v1/batches/${batch.id}/${action}`, body, { headers })
  /** Ends a batch's jobs as a worker would. */
  async function finish(batch: Batch): Promise<void> {
    await query(`UPDATE jobs SET status = 'succeeded', started_at = now(), finished_at = now() WHERE batch_id = $1`, [
      batch.id,
    ])
    await query(`UPDATE instances SET status = 'active' WHERE batch_id = $1`, [batch.id])
  }

  it('pauses, resumes and cancels, refuses what makes no sense, and writes down who did it', async () => {
    const batch = await create(['A 1', 'A 2', 'A 3'], { options: { maxParallel: 1 } })
    expect((await control(batch, 'resume')).body.code).to.equal('batch_not_paused')
    const paused = await control(batch, 'pause')
    expect(paused.status).to.equal(200)
    expect(taken(paused).batch).to.include({ status: 'paused', pausedBy: 'request' })
    expect((await control(batch, 'pause')).status, 'paused already').to.equal(200)
    expect((await control(batch, 'undo')).body.code).to.equal('batch_running')
    expect(taken(await control(batch, 'resume')).batch).to.include({ status: 'running', pausedBy: null })
    const key = { 'Idempotency-Key': 'cancel-once' }
    const cancelled = await control(batch, 'cancel', undefined, root, key)
    expect(cancelled.status).to.equal(202)
    expect(cancelled.headers.get('location')).to.equal(`/v1/batches/${batch.id}`)
    expect(taken(cancelled)).to.deep.include({ ended: 3, asked: 0 })
    expect(taken(cancelled).batch).to.include({ status: 'cancelled' })
    const replayed = await control(batch, 'cancel', undefined, root, key)
    expect(replayed.headers.get('idempotent-replayed')).to.equal('true')
    for (const action of ['cancel', 'pause', 'resume'])
      expect((await control(batch, action)).body.code, action).to.equal('batch_finished')
    expect((await control(batch, 'undo')).body.code, 'nothing was created').to.equal('nothing_to_undo')
    const events = (await root.get('/v1/audit-events?limit=100')).body.items.map(({ action }) => action)
    expect(events).to.include.members(['batch.pause', 'batch.resume', 'batch.cancel'])

    expect(taken(await control(batch, 'retry-failed'))).to.deep.include({ retried: 0, refused: [] })
    const retried = await control(batch, 'retry-failed', { includeCancelled: true })
    expect(retried.status).to.equal(202)
    expect(taken(retried)).to.deep.include({ retried: 3, refused: [] })
    expect(taken(retried).batch).to.include({ status: 'running' })
    await finish(batch)
  })

  it('undoes what it has created, for those who may delete', async () => {
    const batch = await create(['U 1', 'U 2'])
    await finish(batch)
    const manager = await under.client({ scopes: ['read', 'jobs:manage'], tenants: ['*'] })
    expect((await control(batch, 'undo', {}, manager)).body.code).to.equal('insufficient_scope')
    expect((await control(batch, 'retry-failed', {}, manager)).body.code).to.equal('insufficient_scope')
    const undone = await control(batch, 'undo')
    expect(undone.status).to.equal(202)
    const undoing = taken(undone).batch
    expect(undoing).to.include({ operation: 'instance.delete', total: 2, undoes: batch.id })
    expect(undone.headers.get('location')).to.equal(`/v1/batches/${undoing.id}`)
    expect(taken(await control(batch, 'undo')).batch.id, 'asked for again').to.equal(undoing.id)
  })

  it('does not exist for clients that are bound elsewhere', async () => {
    const batch = await create(['B 1'])
    const elsewhere = await under.client({ scopes: ['admin'], tenants: ['beta'] })
    for (const action of ['cancel', 'pause', 'resume', 'retry-failed', 'undo'])
      expect((await control(batch, action, undefined, elsewhere)).body.code, action).to.equal('not_found')
    expect(taken(await root.get(`/v1/batches/${batch.id}`))).to.include({ status: 'running' })
    await finish(batch)
  })

  it('plans a rollover instance by instance, and starts it for those within the bound', async () => {
    await finish(await create(['Grand Bend 2026', 'Year round'], {}, 'beta'))
    await finish(await create(['Old 2025'], {}, 'alpha'))
    await query(`UPDATE instances SET contexts = '{"schoolYearFromRoute": "2025"}' WHERE name = 'Old 2025'`)
    const ask = (more: object, plan = true, as = root) =>
      as.post(`/v1/batches/rollover${plan ? '?validateOnly=true' : ''}`, {
        fromYear: 2026,
        toYear: 2027,
        method: 'template',
        ...more,
      })
    const planned = await ask({ tenant: 'beta' })
    expect(planned.status).to.equal(200)
    const { valid, instances, leftOut } = taken(planned)
    expect(valid).to.equal(false)
    expect(instances.map(({ from, to, outcome }) => [from.name, to.name, outcome])).to.deep.equal([
      ['Grand Bend 2026', 'Grand Bend 2027', 'job'],
      ['Year round', 'Year round', 'conflict'],
    ])
    expect(instances[0]?.to.contexts).to.deep.equal({ schoolYearFromRoute: '2027' })
    expect(instances[1]?.conflicts[0]).to.include({ field: 'name' })
    expect(leftOut).to.deep.equal({ otherYears: 0, unmatched: [] })
    const refused = await ask({ tenant: 'beta' }, false)
    expect(refused.status).to.equal(400)
    expect(refused.body.errors[0]).to.include({ pointer: '/instances/1/name' })

    const naming = { name: '{name} {toYear}' }
    const narrow = { tenant: 'beta', selector: { contexts: { schoolYearFromRoute: '2026' } }, naming }
    expect((await ask({ ...narrow, tenants: ['beta'] })).body.errors[0]?.pointer).to.equal('/tenants')
    expect((await ask({ ...narrow, toYear: 2026 })).body.errors[0]?.pointer).to.equal('/toYear')
    expect((await ask({ tenant: 'alpha', fromYear: 2030, toYear: 2031 }, false)).body.code).to.equal(
      'nothing_to_roll_over',
    )
    const bound = await under.client({ scopes: ['read', 'instances:create'], tenants: ['alpha'] })
    expect((await ask(narrow, false, bound)).body.code).to.equal('unknown_tenant')
    const operator = await under.client({ scopes: ['read', 'instances:create'], tenants: ['beta'] })
    expect((await ask({ ...narrow, after: 'stop' }, false, operator)).body.code).to.equal('insufficient_scope')
    const answer = await ask(narrow, false, operator)
    expect(answer.status, answer.text).to.equal(202)
    expect(taken(answer).batch).to.deep.include({ operation: 'instance.create', total: 2, tenants: ['beta'] })
    expect(taken(answer).batch.options.rollover).to.deep.include({ fromYear: 2026, toYear: 2027 })
    const again = taken(await ask(narrow, false, operator)).batch
    expect(again.counts.unchanged).to.equal(2)
  })
})
