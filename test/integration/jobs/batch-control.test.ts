import { Failure } from '@edfi-tenants/core'
import {
  cancelBatch,
  pauseBatch,
  planRollover,
  requestBatch,
  requestRollover,
  requestUndo,
  resumeBatch,
  retryBatch,
  sweepFollowUps,
  sweepPurges,
  type BatchOptions,
  type BatchRequest,
  type CreateInstanceBody,
  type RolloverRequest,
} from '@edfi-tenants/jobs'
import { listBatchItems, listCredentials, readBatch, type BatchRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, quietLog, startJobStack, type JobStack, type RunningTestWorker } from '../../support/job-stack.js'
import { createActive, ownApplication } from './life-stack.js'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a batch of instances', function () {
  this.timeout(120_000)
  let stack: JobStack
  let worker: RunningTestWorker
  before(async () => {
    stack = await startJobStack({ maxConcurrency: 2 })
    worker = stack.startWorker()
  })
  after(async () => {
    await worker.stop()
    await stack.close()
  })

  const common = { ...origin, reservedDatabaseNames: [], deletePolicy: { allowDelete: true }, maxItems: 5_000 }
  async function create(
    names: string[],
    options: BatchOptions = {},
    more: Partial<CreateInstanceBody> = {},
  ): Promise<BatchRow> {
    const items = names.map((name) => ({ ref: name, tenant: 'district-one', name, ...more }))
    const request: BatchRequest = { ...common, operation: 'instance.create', items, options }
    const { batch } = await requestBatch(stack.store, request)
    stack.ringer.request()
    return batch
  }
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`)

  async function until(id: string, what: (batch: BatchRow) => boolean, timeoutMs = 60_000): Promise<BatchRow> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const batch = await readBatch(stack.store.database, id, '*')
      if (batch && what(batch)) return batch
      if (Date.now() > deadline) throw new Error(`Not reached: ${JSON.stringify(batch)}`)
      await pause(30)
    }
  }
  const ended = (id: string) => until(id, ({ finishedAt }) => finishedAt !== null)
  const inTransaction = async <Answer>(
    act: (database: Parameters<Parameters<typeof stack.store.database.transaction>[0]>[0]) => Promise<Answer>,
  ): Promise<Answer> => {
    const answer = await stack.store.database.transaction(act)
    stack.ringer.request()
    return answer
  }
  const undo = async (batch: BatchRow, more: object = {}) => {
    const request = { ...common, batch, archive: false, applications: 'detach' as const, purge: 'now' as const }
    const answer = await requestUndo(stack.store, { ...request, ...more })
    stack.ringer.request()
    return answer
  }
  const refused = async (asked: Promise<unknown>): Promise<Failure> => {
    const failure: unknown = await asked.catch((error: unknown) => error)
    if (!(failure instanceof Failure)) throw new Error(`Not refused: ${JSON.stringify(failure)}`)
    return failure
  }
  const statuses = async (prefix: string) =>
    (
      await stack.store.database.query<{ status: string; held: boolean }>(
        'SELECT status, name_held AS held FROM instances WHERE name LIKE $1 ORDER BY number',
        [`${prefix} %`],
      )
    ).map(({ status, held }) => `${status}${held ? '' : ', name free'}`)
  async function purged(prefix: string): Promise<void> {
    const deadline = Date.now() + 60_000
    while ((await statuses(prefix)).some((status) => !status.startsWith('purged'))) {
      if (Date.now() > deadline) throw new Error(`Not purged: ${JSON.stringify(await statuses(prefix))}`)
      if ((await sweepPurges(stack.store.database)) > 0) stack.ringer.request()
      await pause(100)
    }
  }

  it('lets an instance that is asked for singly go first, and goes on itself', async () => {
    const batch = await create(names('Crowd', 24))
    await until(batch.id, ({ counts }) => counts.running > 0)
    const { job } = await stack.create({ name: 'In a hurry' })
    expect((await stack.waitForJob(job.id)).status).to.equal('succeeded')
    const then = await readBatch(stack.store.database, batch.id, '*')
    // Of those at work when it came, each may have ended, and one more may have been begun beside it.
    expect(then?.counts.succeeded).to.be.at.most(6)
    const { ended: over } = await inTransaction((database) => cancelBatch(database, batch.id, origin))
    expect(over).to.be.at.least(14)
    const last = await ended(batch.id)
    expect(last.counts.succeeded + last.counts.cancelled).to.equal(24)
    // As a single creation that is cancelled before it began: the name is free.
    expect((await statuses('Crowd')).at(-1)).to.equal('failed, name free')
    expect((await create(['Crowd 24'])).total).to.equal(1)
  })

  it('is undone to the last database, touching no other', async () => {
    const before = await createActive(stack, 'Kept before')
    const batch = await create([...names('Undone', 3), 'Kept before'], {}, {}).catch((error: unknown) => error)
    expect(batch, 'asked for with other values').to.include({ code: 'validation_failed' })
    const made = await create(names('Undone', 3))
    expect(await refused(undo(made))).to.include({ code: 'batch_running' })
    const done = await ended(made.id)
    expect(done.counts.succeeded).to.equal(3)
    const again = await create([...names('Undone', 3), 'Undone 4'])
    expect(again.counts.unchanged).to.equal(3)
    const second = await ended(again.id)

    const [first] = await listBatchItems(stack.store.database, made.id, {}, { after: null, limit: 1 })
    const protect = (on: boolean) =>
      stack.store.database.query('UPDATE instances SET deletion_protection = $2 WHERE id = $1', [first?.instanceId, on])
    await protect(true)
    const failure = await refused(undo(done))
    expect(failure).to.include({ code: 'deletion_protected' })
    expect(failure.extensions).to.deep.include({ count: 1 })
    await protect(false)
    expect(await refused(undo(done, { deletePolicy: { allowDelete: false } }))).to.include({
      code: 'deletion_disabled',
    })
    await stack.store.database.query(`UPDATE instances SET created_at = now() - interval '25 hours' WHERE id = $1`, [
      first?.instanceId,
    ])
    expect(await refused(undo(done))).to.include({ code: 'confirmation_required' })
    expect(await refused(undo(done, { confirmCount: 4 }))).to.include({ code: 'count_differs' })

    // Two who ask at once get the same.
    const [one, other] = await Promise.all([undo(done, { confirmCount: 3 }), undo(done, { confirmCount: 3 })])
    expect(one.batch.id).to.equal(other.batch.id)
    expect([one.started, other.started].sort()).to.deep.equal([false, true])
    expect(one.batch).to.include({ operation: 'instance.delete', total: 3, undoes: done.id })
    expect((await ended(one.batch.id)).counts.succeeded).to.equal(3)
    expect((await undo(done)).batch.id).to.equal(one.batch.id)
    // Of the second batch only the fourth is its own.
    const undoing = await undo(second)
    expect(undoing.batch.total).to.equal(1)
    await ended(undoing.batch.id)
    await purged('Undone')
    const left = await databasesLike(stack.serverUrl, 'EdFi\\_Ods\\_%\\_Undone\\_%')
    expect(left).to.deep.equal([])
    expect(await databasesLike(stack.serverUrl, before.databaseName.replaceAll('_', '\\_'))).to.have.length(1)
    expect((await stack.instance(before.id)).status).to.equal('active')
  })

  it('has what failed tried again once the cause is gone, and says what cannot be', async () => {
    // The database of the second one is there, and not ours.
    const missing = await create(names('Retried', 3), { maxParallel: 1 }, { template: 'missing' })
    const failed = await ended(missing.id)
    expect(failed).to.include({ status: 'failed' })
    expect(failed.counts).to.include({ failed: 3 })
    // Somebody takes one of the names.
    await createActive(stack, 'Retried 2')
    await stack.store.database.query(
      `UPDATE database_servers SET templates = jsonb_set(templates, '{missing}', templates -> 'minimal')`,
    )
    const { retried, refused: not } = await retryBatch(stack.store, missing.id, origin, { includeCancelled: false })
    expect(retried).to.equal(2)
    expect(not.map(({ ref, code }) => [ref, code])).to.deep.equal([['Retried 2', 'name_taken']])
    stack.ringer.request()
    const last = await ended(missing.id)
    expect(last.counts).to.include({ succeeded: 2, failed: 1 })
    const undoing = await undo(last)
    expect(undoing.batch.total, 'what others have made is not its own').to.equal(2)
    await ended(undoing.batch.id)
  })

  it('rolls over to the next school year, with last year’s keys, and stops last year when all is there', async () => {
    const year = (name: string) => ({
      labels: { district: name, schoolYear: '2026' },
      contexts: { schoolYearFromRoute: '2026', instanceId: name },
      displayName: `${name} 2025-2026`,
    })
    const sources = [
      await createActive(stack, 'Rolled A 2026', { ...year('a'), applications: [ownApplication] }),
      await createActive(stack, 'Rolled B 2026', year('b')),
    ]
    const request: RolloverRequest = {
      ...common,
      selection: { tenants: ['district-one'], labels: { schoolYear: '2026' } },
      order: { fromYear: 2026, toYear: 2027, method: 'template', attachCredentials: true },
      skipUnmatched: false,
      after: 'instance.stop',
      check: () => ({ faults: [], items: new Set() }),
    }
    const everything = await planRollover(stack.store.database, { ...request, selection: {} })
    expect(everything.unmatched.map(({ name }) => name)).to.include('Kept before')
    expect(everything.faults.map(({ pointer }) => pointer)).to.include('/skipUnmatched')
    expect(await refused(requestRollover(stack.store, { ...request, selection: {} }))).to.include({
      code: 'validation_failed',
    })
    const { successions, faults } = await planRollover(stack.store.database, request)
    expect(faults).to.deep.equal([])
    expect(successions.map(({ item }) => item.name)).to.deep.equal(['Rolled A 2027', 'Rolled B 2027'])

    const { batch } = await requestRollover(stack.store, request)
    expect(await sweepFollowUps(stack.store, quietLog), 'too early').to.equal(0)
    stack.ringer.request()
    const done = await ended(batch.id)
    expect(done.counts.succeeded).to.equal(2)
    const [a] = await listBatchItems(stack.store.database, batch.id, {}, { after: null, limit: 1 })
    expect(a?.ref).to.equal(sources[0]?.id)
    const successor = await stack.instance(a?.instanceId ?? '')
    expect(successor).to.deep.include({
      status: 'active',
      displayName: 'a 2026-2027',
      contexts: { schoolYearFromRoute: '2027', instanceId: 'a' },
      labels: { district: 'a', schoolYear: '2027' },
    })
    const [attached] = await listCredentials(stack.store.database, successor.id)
    const [issued] = await listCredentials(stack.store.database, sources[0]?.id ?? '')
    expect(attached).to.include({ origin: 'attached', applicationId: issued?.applicationId, key: issued?.key })

    // Asked for again before anything follows, there is nothing to do; and only one process asks for what follows.
    const again = await requestRollover(stack.store, { ...request, after: null })
    expect(again.batch.counts.unchanged).to.equal(2)
    const asked = await Promise.all([sweepFollowUps(stack.store, quietLog), sweepFollowUps(stack.store, quietLog)])
    expect(asked[0] + asked[1]).to.equal(1)
    expect(await sweepFollowUps(stack.store, quietLog)).to.equal(0)
    const [following] = await stack.store.database.query<{ id: string }>('SELECT id FROM batches WHERE follows = $1', [
      batch.id,
    ])
    stack.ringer.request()
    expect(await ended(following?.id ?? '')).to.deep.include({
      operation: 'instance.stop',
      status: 'succeeded',
      total: 2,
    })
    for (const { id } of sources) expect((await stack.instance(id)).status).to.equal('stopped')
    expect((await stack.instance(successor.id)).status).to.equal('active')

    // Undone, it takes this year's, and leaves last year's keys.
    const undoing = await undo(done)
    expect((await ended(undoing.batch.id)).counts).to.include({ succeeded: 2, failed: 0 })
    expect((await listCredentials(stack.store.database, sources[0]?.id ?? ''))[0]?.key).to.equal(issued?.key)
  })

  it('can be paused and resumed over and over, and makes each instance once', async () => {
    const batch = await create(names('Stop and go', 6))
    for (let round = 0; round < 3; round++) {
      await pause(150)
      const paused = await inTransaction((database) => pauseBatch(database, batch.id, origin)).catch(() => null)
      if (!paused) break
      expect(paused).to.include({ status: 'paused', pausedBy: 'request' })
      await inTransaction((database) => resumeBatch(database, batch.id, origin))
    }
    expect((await ended(batch.id)).counts.succeeded).to.equal(6)
    expect(await databasesLike(stack.serverUrl, 'EdFi\\_Ods\\_%\\_Stop\\_and\\_go\\_%')).to.have.length(6)
  })
})
