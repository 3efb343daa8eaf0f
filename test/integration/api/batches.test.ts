import type { Batch, BatchItem, BatchPlan, FieldFault } from '@edfi-tenants/contract'
import { loadSeedBundles } from '@edfi-tenants/seed-bundles'
import { publishSeedBundles } from '@edfi-tenants/store'
import { expect } from 'chai'
import {
  environmentBody,
  serverBody,
  startApi,
  type Answered,
  type ApiClient,
  type ApiUnderTest,
} from './api-under-test.js'

interface Taken {
  batch: Batch
  errors: FieldFault[]
  plan: BatchPlan
  count: number
  protectedCount: number
}

describe('batches over HTTP', function () {
  this.timeout(60_000)
  let under: ApiUnderTest
  let root: ApiClient
  let number = 0

  before(async () => {
    under = await startApi({ BATCH_MAX_ITEMS: '600' })
    root = under.root
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('local'))
    for (const name of ['alpha', 'beta', 'gamma']) await root.post('/v1/tenants', { name })
    await root.post('/v1/tenants', { name: 'small', maxInstances: 3 })
    await publishSeedBundles(
      under.api.parts.store,
      [...(await loadSeedBundles(undefined)).values()].map(({ manifest }) => manifest),
    )
  })
  after(() => under.stop())

  const taken = ({ body }: Answered) => body as unknown as Taken
  const query = <Row extends object>(text: string, values: readonly unknown[] = []) =>
    under.api.parts.store.database.query<Row>(text, values)
  const faultsOf = (answer: Answered) =>
    taken(answer).errors.map(({ pointer, code }) => (code === undefined ? pointer : `${pointer} ${code}`))
  const ask = (operation: string, items: unknown[], more: object = {}, as = root) =>
    as.post('/v1/batches', { operation, items, ...more })
  const create = (items: unknown[], more: object = {}, as = root) => ask('instance.create', items, more, as)
  const items = async (batch: Pick<Batch, 'id'>, filter = '') =>
    (await root.get(`/v1/batches/${batch.id}/items?limit=200${filter}`)).body.items as unknown as BatchItem[]
  const countOf = async (table: 'instances' | 'jobs' | 'batches') =>
    (await query<{ n: number }>(`SELECT count(*)::integer AS n FROM ${table}`))[0]?.n
  const finish = (batchId: string, status = 'succeeded') =>
    query(`UPDATE jobs SET status = $2, finished_at = now() WHERE batch_id = $1 AND finished_at IS NULL`, [
      batchId,
      status,
    ])

  /** Instances as their jobs would have left them. */
  async function instancesThatAre(status: string, count: number, more = '', tenant = 'alpha') {
    const names = Array.from({ length: count }, () => `I ${++number}`)
    const { batch } = taken(await create(names.map((name) => ({ tenant, name }))))
    await finish(batch.id)
    await query(`UPDATE instances SET status = $2, name_held = $3 ${more} WHERE batch_id = $1`, [
      batch.id,
      status,
      !['deleted', 'purged'].includes(status),
    ])
    return (await items(batch)).map(({ instanceId, name }) => ({ instanceId: instanceId ?? '', confirm: name ?? '' }))
  }

  it('makes an instance and a job of every item, with its reference, its place and an audit event each', async () => {
    const labels = { district: '255901' }
    const answer = await create([
      { ref: 'row-1', tenant: 'alpha', name: 'First', labels },
      { tenant: 'beta', name: 'Second', onFailure: 'keep', databaseName: 'Chosen' },
    ])
    expect(answer.status).to.equal(202)
    const { batch } = taken(answer)
    expect(answer.headers.get('location')).to.equal(`/v1/batches/${batch.id}`)
    expect(batch).to.include({ operation: 'instance.create', status: 'running', total: 2, etaSeconds: null })
    expect(batch.counts).to.include({ queued: 2, unchanged: 0 })
    expect(batch.tenants).to.have.members(['alpha', 'beta'])
    const [first, second] = await items(batch)
    expect(first).to.include({
      position: 0,
      ref: 'row-1',
      tenant: 'alpha',
      name: 'First',
      outcome: 'job',
      status: 'queued',
    })
    expect(second).to.include({ position: 1, ref: null, databaseName: 'Chosen' })
    const job = (await root.get(`/v1/jobs/${first?.jobId}`)).body as unknown as Record<string, unknown>
    expect(job).to.include({ type: 'instance.create', ref: 'row-1', batchId: batch.id, instanceId: first?.instanceId })
    const instance = (await root.get(`/v1/instances/${first?.instanceId}`)).body
    expect(instance.labels).to.deep.equal(labels)
    const audit = await query<{ action: string; tenant: string | null; instance: boolean }>(
      `SELECT action, tenant, instance_id IS NOT NULL AS instance FROM audit_events WHERE details ->> 'batch' = $1 ORDER BY id`,
      [batch.id],
    )
    expect(audit).to.deep.equal([
      { action: 'batch.create', tenant: null, instance: false },
      { action: 'instance.create', tenant: 'alpha', instance: true },
      { action: 'instance.create', tenant: 'beta', instance: true },
    ])
  })

  it('refuses the whole for 20 items of 500, and lists exactly these with their codes', async () => {
    const bad = new Map<number, [object, string]>([
      [3, [{ name: '' }, '/items/3/name']],
      [10, [{ tenant: 'nobody' }, '/items/10/tenant unknown_tenant']],
      [11, [{ server: 'nowhere' }, '/items/11/server unknown_server']],
      [12, [{ template: 'missing' }, '/items/12/template unknown_template']],
      [13, [{ databaseName: 'postgres' }, '/items/13/databaseName']],
      [14, [{ name: 'Bulk 9' }, '/items/14/name name_taken']],
      [15, [{ color: 'red' }, '/items/15/color']],
      [16, [{ name: 'First' }, '/items/16/name instance_exists']],
      [17, [{ databaseName: 'Chosen' }, '/items/17/databaseName database_name_taken']],
      [18, [{ ref: 'row 9' }, '/items/18/ref']],
      [19, [{ seed: [{ bundle: 'none' }] }, '/items/19/seed unknown_seed_bundle']],
      [20, [{ expiresAt: '2001-01-01T00:00:00Z' }, '/items/20/expiresAt validation_failed']],
      [21, [{ contexts: { a: 'x'.repeat(51) } }, '/items/21/contexts/a']],
      [22, [{ databaseName: 'bulk_shared' }, '/items/22/databaseName database_name_taken']],
      [23, [{ template: 'empty', seed: [{ bundle: 'school-year' }] }, '/items/23 not_supported']],
      [24, [{ name: 'NUL \u0000' }, '/items/24/name']],
      [25, [{ deletionProtection: 'yes' }, '/items/25/deletionProtection']],
      [26, [{ labels: 3 }, '/items/26/labels']],
      [27, [{ tenant: 'nobody' }, '/items/27/tenant unknown_tenant']],
      [499, [{ name: '*' }, '/items/499/name']],
    ])
    const before = await Promise.all([countOf('instances'), countOf('jobs'), countOf('batches')])
    const asked = Array.from({ length: 500 }, (_, at) => ({
      ref: `row ${at}`,
      tenant: 'alpha',
      name: `Bulk ${at}`,
      ...(at === 1 ? { databaseName: 'Bulk_Shared' } : {}),
      ...bad.get(at)?.[0],
    }))
    const answer = await create(asked)
    expect(answer.status).to.equal(400)
    expect(answer.body.code).to.equal('validation_failed')
    const positions = new Set(taken(answer).errors.map(({ pointer }) => Number(pointer.split('/')[2])))
    expect([...positions]).to.deep.equal([...bad.keys()])
    expect(faultsOf(answer)).to.include.members([...bad.values()].map(([, fault]) => fault))
    expect(await Promise.all([countOf('instances'), countOf('jobs'), countOf('batches')])).to.deep.equal(before)
  })

  it('tells faults of the batch itself together with those of its items', async () => {
    const answer = await create([{ tenant: 'nobody', name: 'N' }], { options: { maxParallel: 0 }, extra: true })
    expect(faultsOf(answer)).to.deep.equal(['/extra', '/items/0/tenant unknown_tenant', '/options/maxParallel'])
    expect(faultsOf(await root.post('/v1/batches', { operation: 'instance.explode', items: [] }))).to.deep.equal([
      '/operation',
    ])
    expect(faultsOf(await create([]))).to.deep.equal(['/items'])
    expect(faultsOf(await root.post('/v1/batches', { operation: 'instance.stop' }))).to.deep.equal(['/items'])
    expect(faultsOf(await ask('instance.stop', [{ instanceId: 'x' }], { confirmCount: 1 }))).to.deep.equal([
      '/confirmCount',
      '/items/0/instanceId',
    ])
  })

  it('counts items that are there already as unchanged, so that a file can be sent again', async () => {
    const file = Array.from({ length: 500 }, (_, at) => ({ ref: `r${at}`, tenant: 'beta', name: `Again ${at}` }))
    const first = taken(await create(file)).batch
    expect(first.counts.queued).to.equal(500)
    const second = taken(await create(file)).batch
    expect(second).to.include({ status: 'succeeded', total: 500, etaSeconds: 0 })
    expect(second.counts).to.include({ unchanged: 500, queued: 0, succeeded: 0 })
    expect(second.finishedAt).to.be.a('string')
    const [item] = await items(second)
    const [before] = await items(first)
    expect(item).to.include({
      ref: 'r0',
      outcome: 'unchanged',
      instanceId: before?.instanceId,
      jobId: null,
      status: null,
    })
    // One that failed and was undone has left its name: it is asked for anew, the others stay.
    await query(`UPDATE instances SET status = 'failed', name_held = false WHERE id = $1`, [before?.instanceId])
    await query(`UPDATE jobs SET status = 'failed', finished_at = now() WHERE id = $1`, [before?.jobId])
    expect(taken(await create(file)).batch.counts).to.include({ unchanged: 499, queued: 1 })
    const other = await create([{ tenant: 'beta', name: 'again 7', labels: { a: 'b' } }])
    expect(faultsOf(other)).to.deep.equal(['/items/0/name instance_exists'])
  })

  it('lets one of two equal batches that come at once make the instances, the other find them', async () => {
    const file = Array.from({ length: 60 }, (_, at) => ({ tenant: 'gamma', name: `Race ${at}` }))
    const backwards = [...file].reverse()
    const answers = await Promise.all([create(file), create(backwards), create(file), create(backwards)])
    const counts = answers.map((answer) => taken(answer).batch.counts)
    expect(counts.map(({ queued }) => queued).sort((a, b) => b - a)).to.deep.equal([60, 0, 0, 0])
    expect(counts.map(({ unchanged }) => unchanged).sort((a, b) => b - a)).to.deep.equal([60, 60, 60, 0])
  })

  it('takes no more items than there is room for, also when requests come at once', async () => {
    const names = [1, 2, 3, 4, 5].map((at) => ({ tenant: 'small', name: `Small ${at}` }))
    expect(faultsOf(await create(names))).to.deep.equal([
      '/items/3/tenant instance_limit_reached',
      '/items/4/tenant instance_limit_reached',
    ])
    const at = (place: number) => names.slice(place, place + 1)
    const single = (place: number) => root.post('/v1/instances', names[place])
    const answers = await Promise.all([create(at(0)), single(1), create(at(2)), single(3), create(at(4))])
    expect(answers.filter(({ status }) => status === 202)).to.have.length(3)
    const [row] = await query<{ n: number }>(`SELECT count(*)::integer AS n FROM instances WHERE tenant = 'small'`)
    expect(row?.n).to.equal(3)
  })

  it('plans without changing anything: names, what is unchanged, room, and how long it takes by experience', async () => {
    const before = await Promise.all([countOf('instances'), countOf('jobs'), countOf('batches')])
    await query(
      `UPDATE jobs SET status = 'succeeded', started_at = now() - interval '3 seconds', finished_at = now() WHERE instance_id IN (SELECT id FROM instances WHERE name = 'First')`,
    )
    const asked = [
      { ref: 'same', tenant: 'alpha', name: 'First', labels: { district: '255901' } },
      { ref: 'new', tenant: 'ALPHA', name: 'Planned', server: 'LOCAL' },
    ]
    const answer = await root.post('/v1/batches?validateOnly=true', { operation: 'instance.create', items: asked })
    expect(answer.status).to.equal(200)
    const plan = answer.body as unknown as BatchPlan
    expect(plan).to.deep.include({ valid: true, total: 2, counts: { job: 1, unchanged: 1, invalid: 0 }, conflicts: [] })
    expect(plan.items[1]).to.include({
      ref: 'new',
      outcome: 'job',
      tenant: 'alpha',
      databaseName: 'EdFi_Ods_alpha_Planned',
      server: 'local',
      template: 'minimal',
    })
    expect(plan.capacity.tenants[0]).to.include({ tenant: 'alpha', added: 1, maxInstances: null })
    expect(plan.capacity.servers[0]).to.include({ server: 'local', added: 1, jobs: 1, maxConcurrency: 4 })
    expect(plan.estimatedDurationMs).to.be.within(2_900, 3_100)
    expect(await Promise.all([countOf('instances'), countOf('jobs'), countOf('batches')])).to.deep.equal(before)
    const refused = await root.post('/v1/batches?validateOnly=true', {
      operation: 'instance.create',
      items: [...asked, { tenant: 'alpha', name: 'First' }, { tenant: 'small', name: 'Too many' }],
    })
    expect(refused.status).to.equal(400)
    expect(faultsOf(refused)).to.deep.equal([
      '/items/2/name name_taken',
      '/items/2/name instance_exists',
      '/items/3/tenant instance_limit_reached',
    ])
    expect(taken(refused).plan.counts).to.deep.equal({ job: 1, unchanged: 1, invalid: 2 })
    expect(taken(refused).plan.conflicts.map(({ code }) => code)).to.include('instance_limit_reached')
  })

  it('deletes those that are confirmed, and nothing when one is not, is protected, busy or unknown', async () => {
    const [one, two, three, busy] = await instancesThatAre('active', 4)
    if (!one || !two || !three || !busy) throw new Error('There are four.')
    await root.post(`/v1/instances/${busy.instanceId}/stop`)
    await query(`UPDATE instances SET deletion_protection = true WHERE id = $1`, [three.instanceId])
    const nobody = '7b1c2f5e-0000-4000-8000-000000000000'
    const refused = await ask('instance.delete', [
      one,
      { instanceId: two.instanceId, confirm: 'Something else' },
      three,
      busy,
      { instanceId: nobody, confirm: 'x' },
      one,
      { instanceId: two.instanceId },
    ])
    expect(faultsOf(refused)).to.deep.equal([
      '/items/1/confirm confirmation_required',
      '/items/2/instanceId deletion_protected',
      '/items/3/instanceId instance_busy',
      '/items/4/instanceId not_found',
      '/items/5/instanceId validation_failed',
      '/items/6/instanceId validation_failed',
    ])
    const { batch } = taken(
      await ask('instance.delete', [
        { ...one, ref: 'a', archive: false },
        { ...two, ref: 'b' },
      ]),
    )
    expect(batch.counts).to.include({ queued: 2 })
    const [job] = await query<{ parameters: object }>(`SELECT parameters FROM jobs WHERE batch_id = $1 AND ref = 'a'`, [
      batch.id,
    ])
    expect(job?.parameters).to.deep.equal({
      archive: false,
      applications: 'refuse',
      purge: 'scheduled',
      acceptSameServer: false,
    })
    // While it runs, and once it is done, the same request has nothing to do.
    const running = await ask('instance.delete', [{ ...one, archive: false }, two])
    expect(taken(running).batch.counts).to.include({ unchanged: 2 })
    await finish(batch.id)
    await query(`UPDATE instances SET status = 'deleted', name_held = false WHERE id = ANY($1)`, [
      [one.instanceId, two.instanceId],
    ])
    expect(taken(await ask('instance.delete', [one, two])).batch.counts).to.include({ unchanged: 2 })
    const purge = taken(await ask('instance.delete', [{ ...one, purge: 'now' }])).batch
    expect((await items(purge))[0]?.outcome).to.equal('job')
  })

  it('stops, starts, seeds, archives, checks and clones those that can be, and leaves those alone that are so already', async () => {
    const [active] = await instancesThatAre('active', 1)
    const [stopped] = await instancesThatAre('stopped', 1)
    if (!active || !stopped) throw new Error('There are two.')
    const outcome = async (operation: string, asked: unknown[]) => {
      const answer = await ask(operation, asked)
      if (answer.status !== 202) return faultsOf(answer)
      const { batch } = taken(answer)
      const rows = await items(batch)
      const [job] = await query<{ type: string }>('SELECT type FROM jobs WHERE batch_id = $1', [batch.id])
      await finish(batch.id)
      return [job?.type, ...rows.map((row) => row.outcome)]
    }
    const ids = [{ instanceId: active.instanceId }, { instanceId: stopped.instanceId }]
    expect(await outcome('instance.stop', ids)).to.deep.equal(['instance.stop', 'job', 'unchanged'])
    expect(await outcome('instance.start', ids)).to.deep.equal(['instance.start', 'unchanged', 'job'])
    expect(await outcome('instance.health', ids)).to.deep.equal(['health.check', 'job', 'job'])
    expect(await outcome('instance.archive', ids)).to.deep.equal(['instance.archive', 'job', 'job'])
    const seed = { bundle: 'school-year', parameters: { schoolYear: 2026 } }
    expect(await outcome('instance.seed', [{ ...ids[0], ...seed }])).to.deep.equal(['instance.seed', 'job'])
    expect(await outcome('instance.seed', [{ ...ids[0] }, { ...ids[1], seed: [seed] }])).to.deep.equal([
      '/items/0/bundle',
      '/items/1/instanceId instance_not_active',
    ])
    const clone = { ...ids[0], name: `Copy ${++number}` }
    const plan = (await root.post('/v1/batches?validateOnly=true', { operation: 'instance.clone', items: [clone] }))
      .body as unknown as BatchPlan
    expect(plan.items[0]?.interruption).to.contain('source_in_use')
    expect(await outcome('instance.clone', [clone])).to.deep.equal(['instance.clone', 'job'])
    expect(await outcome('instance.clone', [clone])).to.deep.equal([undefined, 'unchanged'])
    const single = await root.post(`/v1/instances/${active.instanceId}/clone`, { name: clone.name })
    expect(single.status, 'the same single request').to.equal(202)
    expect(await outcome('instance.clone', [{ ...ids[0], name: clone.name, labels: { a: 'b' } }])).to.deep.equal([
      '/items/0/name instance_exists',
    ])
  })

  it('selects instances by what they are, counts first, and never takes protected ones', async () => {
    const chosen = await instancesThatAre('active', 3, `, labels = '{"wave":"1"}'`)
    const [kept] = await instancesThatAre('active', 1, `, labels = '{"wave":"1"}', deletion_protection = true`)
    await instancesThatAre('active', 1, `, labels = '{"wave":"2"}'`)
    const select = (more: object, path = '/v1/batches') =>
      root.post(path, { operation: 'instance.delete', selector: { labels: { wave: '1' } }, ...more })
    const unsure = await select({ confirmCount: 5 })
    expect(unsure.status).to.equal(409)
    expect(taken(unsure)).to.include({ code: 'count_differs', count: 3, protectedCount: 1 })
    expect((await select({})).body.code).to.equal('count_differs')
    const plan = (await select({}, '/v1/batches?validateOnly=true')).body as unknown as BatchPlan
    expect(plan.items.map(({ instanceId }) => instanceId)).to.deep.equal(chosen.map(({ instanceId }) => instanceId))
    expect(plan.leftOut).to.deep.equal({
      count: 1,
      instances: [{ id: kept?.instanceId, name: kept?.confirm, tenant: 'alpha' }],
    })
    expect((await select({ confirmCount: 3, parameters: { name: 'x' } })).body.code).to.equal('validation_failed')
    const { batch } = taken(await select({ confirmCount: 3, parameters: { archive: false } }))
    expect(batch.counts).to.include({ queued: 3 })
    expect(
      await query(`SELECT FROM jobs WHERE batch_id = $1 AND parameters @> '{"archive": false}'`, [batch.id]),
    ).to.have.length(3)
    const none = taken(
      await root.post('/v1/batches', {
        operation: 'instance.start',
        selector: { tenant: 'small', name: 'nothing' },
        confirmCount: 0,
      }),
    ).batch
    expect(none).to.include({ total: 0, status: 'succeeded' })
  })

  it('asks for the scope of the single call, and shows bound clients nothing of others', async () => {
    const [mine] = await instancesThatAre('active', 1)
    const [other] = await instancesThatAre('active', 1, '', 'beta')
    const creator = await under.client({ scopes: ['instances:create', 'read'], tenants: ['alpha'] })
    expect((await ask('instance.stop', [mine], {}, creator)).body.code).to.equal('insufficient_scope')
    const reader = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    expect((await create([{ tenant: 'alpha', name: 'R' }], {}, reader)).status).to.equal(403)
    expect(faultsOf(await create([{ tenant: 'beta', name: 'Not mine' }], {}, creator))).to.deep.equal([
      '/items/0/tenant unknown_tenant',
    ])
    const operator = await under.client({ scopes: ['instances:operate', 'read'], tenants: ['alpha'] })
    expect(faultsOf(await ask('instance.stop', [mine, other], {}, operator))).to.deep.equal([
      '/items/1/instanceId not_found',
    ])
    const own = taken(await ask('instance.stop', [mine], {}, operator)).batch
    const both = taken(
      await create([
        { tenant: 'alpha', name: `Both ${++number}` },
        { tenant: 'beta', name: `Both ${++number}` },
      ]),
    ).batch
    expect((await operator.get(`/v1/batches/${own.id}`)).status).to.equal(200)
    for (const path of ['', '/items', '/jobs'])
      expect((await operator.get(`/v1/batches/${both.id}${path}`)).status).to.equal(404)
    const listed = (await operator.get('/v1/batches?limit=200')).body.items.map(({ id }) => id)
    expect(listed).to.include(own.id).and.not.include(both.id)
  })

  it('answers the same batch to the same key, and takes no more items than it may', async () => {
    const key = { headers: { 'idempotency-key': 'batch-1' } }
    const body = { operation: 'instance.create', items: [{ tenant: 'alpha', name: `Keyed ${++number}` }] }
    const first = await root.post('/v1/batches', body, key)
    const again = await root.post('/v1/batches', body, key)
    expect(taken(again).batch.id).to.equal(taken(first).batch.id)
    expect(again.headers.get('idempotent-replayed')).to.equal('true')
    const many = await create(Array.from({ length: 601 }, () => ({})))
    expect([many.status, many.body.code]).to.deep.equal([413, 'batch_too_large'])
    const large = 'x'.repeat(2_000_000)
    const tooLong = await create([{ tenant: 'alpha', name: large }])
    expect([tooLong.status, tooLong.body.code], 'two megabytes are read').to.deep.equal([400, 'validation_failed'])
    const huge = await create([{ tenant: 'alpha', name: large.repeat(9) }])
    expect(huge.body.detail).to.contain('16 MB')
  })

  it('tells how a batch goes on, keeps how it has ended, and opens it again for a retry', async () => {
    const { batch } = taken(
      await create([1, 2, 3, 4].map((at) => ({ tenant: 'alpha', name: `Goes ${++number} ${at}` }))),
    )
    await query(`UPDATE batches SET created_at = now() - interval '10 seconds' WHERE id = $1`, [batch.id])
    const end = (status: string, name: string) =>
      query(
        `UPDATE jobs SET status = $2, finished_at = now(), error = CASE WHEN $2 = 'failed' THEN '{"code":"step_timeout"}'::jsonb END
         WHERE batch_id = $1 AND instance_id IN (SELECT id FROM instances WHERE name LIKE '% ' || $3)`,
        [batch.id, status, name],
      )
    const read = async () => (await root.get(`/v1/batches/${batch.id}`)).body as unknown as Batch
    await end('succeeded', '1')
    const going = await read()
    expect(going.counts).to.include({ queued: 3, succeeded: 1 })
    expect(going.etaSeconds).to.be.within(29, 33)
    for (const name of ['2', '3']) await end('succeeded', name)
    const waiting = root.get(`/v1/batches/${batch.id}`, { headers: { prefer: 'wait=20' } })
    await end('failed', '4')
    const waited = await waiting
    expect(waited.headers.get('preference-applied')).to.equal('wait=20')
    expect(waited.body.status).to.equal('failed')
    const ended = await read()
    expect(ended).to.include({ status: 'failed', etaSeconds: 0 })
    expect(ended.finishedAt).to.be.a('string')
    const [failed] = await items(batch, '&status=failed')
    expect(failed?.error?.code).to.equal('step_timeout')
    const ofStatus = async (status: string) =>
      (await root.get(`/v1/batches?limit=200&status=${status}`)).body.items.map(({ id }) => id)
    expect(await ofStatus('failed')).to.include(batch.id)
    expect((await root.post(`/v1/jobs/${failed?.jobId}/retry`)).status).to.equal(202)
    expect((await read()).status).to.equal('running')
    expect(await ofStatus('failed')).not.to.include(batch.id)
    await end('succeeded', '4')
    expect(await read()).to.include({ status: 'succeeded' })
    const jobs = await root.get(`/v1/batches/${batch.id}/jobs?limit=3`)
    expect(jobs.body.items).to.have.length(3)
    const rest = await root.get(`/v1/batches/${batch.id}/jobs?limit=3&cursor=${jobs.body.nextCursor}`)
    expect(rest.body.items).to.have.length(1)
  })

  it('gives the keys of its instances as JSON or CSV until they are acknowledged, to those who may read secrets', async () => {
    const { batch } = taken(
      await create([
        { ref: '=1+1', tenant: 'gamma', name: `Keys ${++number}` },
        { ref: 'b', tenant: 'gamma', name: `Keys ${++number}` },
      ]),
    )
    const { store } = under.api.parts
    for (const [at, { instanceId }] of (await items(batch)).entries()) {
      const id = `7b1c2f5e-0000-4000-8000-00000000000${at}`
      await query(
        `INSERT INTO instance_credentials (id, instance_id, position, origin, application_id, application_name, key, secret, readable_until)
         VALUES ($1, $2, 0, 'issued', 7, 'SIS, main', $3, $4, now() + interval '1 day')`,
        [id, instanceId, `key-${at}`, store.sealer.seal(`secret-${at}`, `instance_credentials/${id}/secret`)],
      )
    }
    const path = `/v1/batches/${batch.id}/credentials`
    const reader = await under.client({ scopes: ['read'], tenants: ['*'] })
    expect((await reader.get(path)).status).to.equal(403)
    const json = await root.get(path)
    expect(json.headers.get('cache-control')).to.equal('no-store')
    expect((json.body.items as object[])[1]).to.include({ ref: 'b', key: 'key-1', secret: 'secret-1' })
    const csv = (await root.get(path, { headers: { accept: 'text/csv' } })).text.split('\r\n')
    expect(csv[0]).to.equal('ref,tenant,instanceId,instance,application,applicationId,key,secret,readableUntil')
    expect(csv[1]).to.match(/^'=1\+1,gamma,[0-9a-f-]+,Keys \d+,"SIS, main",7,key-0,secret-0,/)
    const audited = await query<{ action: string }>(
      `SELECT action FROM audit_events WHERE target = $1 AND action LIKE '%credentials%'`,
      [`batches/${batch.id}`],
    )
    expect(audited).to.have.length(2)
    expect((await root.post(`${path}/acknowledge`)).status).to.equal(204)
    expect((await root.get(path)).body.code).to.equal('credentials_gone')
  })

  it('refuses deletions as a whole where the operator has switched them off', async () => {
    const off = await startApi({ ALLOW_DELETE: 'false' })
    try {
      const answer = await off.root.post('/v1/batches', {
        operation: 'instance.delete',
        selector: { tenant: 'alpha' },
        confirmCount: 0,
      })
      expect([answer.status, answer.body.code]).to.deep.equal([403, 'deletion_disabled'])
    } finally {
      await off.stop()
    }
  })
})
