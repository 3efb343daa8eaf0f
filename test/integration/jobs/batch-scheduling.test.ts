import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import {
  cancelBatch,
  cancelJob,
  defineJob,
  defineStep,
  jobCatalogue,
  pauseBatch,
  resumeBatch,
  retryBatch,
  type BatchOptions,
  type JobDefinition,
} from '@edfi-tenants/jobs'
import {
  insertBatch,
  insertWork,
  readBatch,
  readJob,
  readServer,
  takeDueJobs,
  type BatchRow,
  type JobRow,
  type NewJob,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack, type RunningTestWorker } from '../../support/job-stack.js'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('the jobs of a batch', function () {
  this.timeout(60_000)
  let stack: JobStack
  let serverId: string
  let worker: RunningTestWorker

  /** What the jobs of these tests do: note that they run, and wait or fail as their `ref` says. */
  const begun: string[] = []
  let atWork = 0
  let mostAtWork = 0
  const failing = new Set<string>()
  const waiting = new Map<string, { released: Promise<void>; release: () => void }>()
  /** Has a job wait in its step until it is released, which may be before it comes there. */
  function hold(ref: string): void {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    waiting.set(ref, { released, release })
  }
  const work = defineStep({
    name: 'work',
    usesServer: true,
    run: async ({ job, signal }) => {
      const ref = job.ref ?? ''
      begun.push(ref)
      mostAtWork = Math.max(mostAtWork, ++atWork)
      try {
        await pause(10)
        const held = waiting.get(ref)
        if (held)
          await new Promise<void>((resolve, reject) => {
            void held.released.then(resolve)
            signal.addEventListener('abort', () => reject(new Error('aborted')))
          })
        if (failing.has(ref)) throw new Failure('admin_api_refused', `${ref} fails here.`)
        return {}
      } finally {
        atWork--
      }
    },
    undo: () => Promise.resolve({}),
  })
  const definition = defineJob({ type: 'test.batch', version: 1, changing: false, steps: [work], pivot: work })

  before(async () => {
    stack = await startJobStack({ maxConcurrency: 4 })
    serverId = (await readServer(stack.store, 'local'))?.id ?? ''
    ;(jobCatalogue as Map<string, JobDefinition>).set(definition.type, definition)
    worker = stack.startWorker()
  })
  after(async () => {
    ;(jobCatalogue as Map<string, JobDefinition>).delete(definition.type)
    await worker.stop()
    await stack.close()
  })
  beforeEach(() => {
    begun.length = 0
    mostAtWork = 0
    failing.clear()
    waiting.clear()
  })

  /** Asks for a batch of such jobs, `ref`s counting from 1. */
  async function ask(
    count: number,
    options: BatchOptions & { prefix?: string; tenant?: string } = {},
  ): Promise<string> {
    const { prefix = 'job', tenant = 'district-one', ...steering } = options
    const id = randomUUID()
    const held = steering.maxParallel !== undefined || steering.canary !== undefined
    const jobs = Array.from({ length: count }, (_, index): NewJob => ({
      ...{ id: randomUUID(), type: definition.type, definitionVersion: 1, steps: ['work'], needsSlot: true },
      ...{ changing: false, priority: 0, tenant, instanceId: null, environmentId: null, serverId },
      ...{ engine: 'postgresql', workerPool: 'default', batchId: id, ref: `${prefix} ${index + 1}`, held },
      ...{ parameters: {}, requestedBy: 'test', onBehalfOf: null, requestId: null, traceContext: null },
    }))
    await stack.store.database.transaction(async (database) => {
      const about = { requestedBy: 'test', onBehalfOf: null, requestId: null }
      const batch = { id, operation: 'test', total: count, options: { ...steering }, tenants: [tenant], ...about }
      await insertBatch(database, batch)
      await insertWork(database, { jobs, audit: [] })
    })
    stack.ringer.request()
    return id
  }

  async function until(id: string, what: (batch: BatchRow) => boolean): Promise<BatchRow> {
    const deadline = Date.now() + 60_000
    for (;;) {
      const batch = await readBatch(stack.store.database, id, '*')
      if (batch && what(batch)) return batch
      if (Date.now() > deadline) throw new Error(`Not reached: ${JSON.stringify(batch)}`)
      await pause(20)
    }
  }
  const ended = (id: string) => until(id, ({ finishedAt }) => finishedAt !== null)
  const idle = (id: string) => until(id, ({ status, counts }) => status === 'paused' && counts.running === 0)

  async function jobOf(id: string, ref: string): Promise<JobRow> {
    const [row] = await stack.store.database.query<{ id: string }>(
      'SELECT id FROM jobs WHERE batch_id = $1 AND ref = $2',
      [id, ref],
    )
    const job = await readJob(stack.store.database, row?.id ?? '', '*')
    if (!job) throw new Error(`There is no job ${ref}.`)
    return job
  }
  const control = async <Answer>(act: (database: typeof stack.store.database) => Promise<Answer>): Promise<Answer> => {
    const answer = await stack.store.database.transaction((database) => act(database as typeof stack.store.database))
    stack.ringer.request()
    return answer
  }
  const refs = (from: number, to: number, prefix = 'job') =>
    Array.from({ length: to - from + 1 }, (_, index) => `${prefix} ${from + index}`)

  it('are never more at work at once than `maxParallel` says, and begin in the order of its items', async () => {
    expect((await ended(await ask(7, { maxParallel: 2 }))).counts.succeeded).to.equal(7)
    expect(mostAtWork).to.equal(2)
    expect(begun.slice(0, 2).sort()).to.deep.equal(refs(1, 2))
    expect([...begun].sort()).to.deep.equal(refs(1, 7))
  })

  it('wait for the canaries to succeed, and then all follow', async () => {
    hold('job 2')
    const id = await ask(6, { canary: 2 })
    await until(id, ({ counts }) => counts.succeeded === 1)
    await pause(1_200)
    expect([...begun].sort()).to.deep.equal(refs(1, 2))
    waiting.get('job 2')?.release()
    expect((await ended(id)).counts.succeeded).to.equal(6)
  })

  it('do not begin when a canary dies; retried and resumed, the batch waits for it once more', async () => {
    failing.add('job 1')
    const id = await ask(5, { canary: 2 })
    const paused = await idle(id)
    expect(paused).to.deep.include({ pausedBy: 'canary' })
    expect(paused.counts).to.include({ succeeded: 1, failed: 1, queued: 3 })
    await retryBatch(stack.store, id, origin, { includeCancelled: false })
    stack.ringer.request()
    await pause(300)
    expect(begun, 'a retried job waits for the batch to be resumed').to.have.length(2)
    await control((database) => resumeBatch(database, id, origin))
    expect(await idle(id)).to.deep.include({ pausedBy: 'canary' })
    expect([...begun].sort()).to.deep.equal(['job 1', 'job 1', 'job 2'])
    // Resumed without being retried: the operator has decided to go on without it.
    await control((database) => resumeBatch(database, id, origin))
    expect((await ended(id)).counts).to.include({ succeeded: 4, failed: 1 })
  })

  it('stop beginning after so many failures, go on when resumed, and stop after as many again', async () => {
    refs(1, 4).forEach((ref) => failing.add(ref))
    const id = await ask(9, { stopAfterFailures: 2, maxParallel: 1 })
    const first = await idle(id)
    expect(first).to.deep.include({ pausedBy: 'failures' })
    expect(first.counts).to.include({ failed: 2, queued: 7 })
    await control((database) => resumeBatch(database, id, origin))
    expect((await idle(id)).counts).to.include({ failed: 4, queued: 5 })
    await control((database) => resumeBatch(database, id, origin))
    const last = await ended(id)
    expect(last).to.include({ status: 'failed' })
    expect(last.counts).to.include({ failed: 4, succeeded: 5 })

    failing.clear()
    const { retried, refused, batch } = await retryBatch(stack.store, id, origin, { includeCancelled: false })
    expect({ retried, refused }).to.deep.equal({ retried: 4, refused: [] })
    expect(batch).to.include({ status: 'running', finishedAt: null })
    stack.ringer.request()
    expect(await ended(id)).to.include({ status: 'succeeded' })
  })

  it('stop after failures also where nothing else holds them back', async () => {
    refs(1, 40).forEach((ref) => failing.add(ref))
    const id = await ask(40, { stopAfterFailures: 3 })
    const paused = await idle(id)
    // Those at work when the third failed went on.
    expect(paused.counts.failed).to.be.within(3, 20)
    expect(paused.counts.queued).to.equal(40 - paused.counts.failed)
    await control((database) => cancelBatch(database, id, origin))
    await ended(id)
  })

  it('wait while it is paused on request, though those at work go on, and the slots serve others', async () => {
    hold('job 1')
    const id = await ask(8, { maxParallel: 1 })
    await until(id, ({ counts }) => counts.running === 1)
    await control((database) => pauseBatch(database, id, origin))
    waiting.get('job 1')?.release()
    expect((await idle(id)).counts).to.include({ succeeded: 1, queued: 7 })
    await ended(await ask(3, { prefix: 'other' }))
    expect([...begun].sort()).to.deep.equal(['job 1', ...refs(1, 3, 'other')])
    await control((database) => resumeBatch(database, id, origin))
    expect((await ended(id)).counts.succeeded).to.equal(8)
    const again = await control((database) => resumeBatch(database, id, origin)).catch((error: unknown) => error)
    expect(again).to.include({ code: 'batch_finished' })
  })

  it('end when they are cancelled one by one while held, without being begun', async () => {
    const id = await ask(3, { maxParallel: 1 })
    await control((database) => pauseBatch(database, id, origin))
    const held = await jobOf(id, 'job 3')
    await control((database) => cancelJob(database, held, origin))
    expect((await stack.waitForJob(held.id)).status).to.equal('cancelled')
    expect(begun).not.to.include('job 3')
    await control((database) => resumeBatch(database, id, origin))
    expect((await ended(id)).counts).to.include({ succeeded: 2, cancelled: 1 })
  })

  it('end at once when the batch is cancelled before they began, and those at work turn back', async () => {
    refs(1, 4).forEach(hold)
    const id = await ask(200)
    await until(id, ({ counts }) => counts.running === 4 && begun.length === 4)
    const { batch, ended: over, asked } = await control((database) => cancelBatch(database, id, origin))
    expect({ over, asked }).to.deep.equal({ over: 196, asked: 4 })
    expect(batch.counts).to.include({ cancelled: 196, running: 4 })
    expect(await jobOf(id, 'job 200')).to.deep.include({ status: 'cancelled', startedAt: null, attempt: 1 })
    expect((await ended(id)).counts).to.include({ cancelled: 200 })
    expect((await jobOf(id, 'job 1')).outcome).to.deep.include({ compensation: 'done' })
    expect(begun).to.have.length(4)
    const refusal = await control((database) => cancelBatch(database, id, origin)).catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'batch_finished' })

    waiting.clear()
    expect((await retryBatch(stack.store, id, origin, { includeCancelled: false })).retried).to.equal(0)
    expect((await retryBatch(stack.store, id, origin, { includeCancelled: true })).retried).to.equal(200)
    stack.ringer.request()
    expect((await ended(id)).counts.succeeded).to.equal(200)
  })

  it('share the slots with other batches and tenants, and yield to what is asked for singly', async () => {
    await worker.stop()
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 1')
    const many = await ask(20, { prefix: 'many' })
    const few = await ask(3, { prefix: 'few' })
    const elsewhere = await ask(2, { prefix: 'elsewhere', tenant: 'district-two' })
    const single = { ...(await jobOf(many, 'many 20')), id: randomUUID(), ref: 'single', batchId: null, priority: 100 }
    await insertWork(stack.store.database, { jobs: [{ ...single, steps: ['work'] }], audit: [] })
    await stack.store.database.query('UPDATE slots SET job_id = NULL, expires_at = NULL')
    await stack.store.database.query('UPDATE jobs SET rung_at = NULL WHERE finished_at IS NULL')
    worker = stack.startWorker()
    stack.ringer.request()
    for (const id of [many, few, elsewhere]) await ended(id)
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 4')
    const place = (ref: string) => begun.indexOf(ref)
    expect(place('single')).to.be.at.most(1)
    expect(place('elsewhere 2')).to.be.at.most(8)
    expect(place('few 3')).to.be.at.most(10)
    expect(place('many 4')).to.be.at.least(8)
  })

  it('cost no more to take from when there are thousands of them', async () => {
    await worker.stop()
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 2')
    const few = await ask(20)
    const time = async (): Promise<number> => {
      const times: number[] = []
      while (times.length < 15) {
        await stack.store.database.query('UPDATE slots SET job_id = NULL, expires_at = NULL')
        await stack.store.database.query('UPDATE jobs SET rung_at = NULL WHERE rung_at IS NOT NULL')
        const before = performance.now()
        const taken = await takeDueJobs(stack.store.database, { wait: true })
        // The sweep of the stack may have been quicker.
        if (taken.length === 2) times.push(performance.now() - before)
      }
      return times.sort((a, b) => a - b)[7] ?? Infinity
    }
    const atFew = await time()
    await control((database) => cancelBatch(database, few, origin))
    const many = await ask(5_000)
    await stack.store.database.query('ANALYZE jobs')
    const atMany = await time()
    expect(atMany, `${atFew.toFixed(1)} ms with 20 jobs, ${atMany.toFixed(1)} ms with 5,000`).to.be.below(3 * atFew + 3)

    const before = performance.now()
    expect((await control((database) => cancelBatch(database, many, origin))).ended).to.equal(5_000)
    expect(performance.now() - before).to.be.below(10_000)
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 4')
    worker = stack.startWorker()
  })
})
