import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import {
  cancelJob,
  defineJob,
  defineStep,
  jobCatalogue,
  retryJob,
  type JobDefinition,
  type Step,
} from '@edfi-tenants/jobs'
import {
  claimJob,
  insertWork,
  readJobEvents,
  readJob,
  readServer,
  renewLeases,
  takeDueJobs,
  writeJob,
  type JobRow,
  type NewJob,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { longTest } from '../../support/long-test.js'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('the job engine', function () {
  this.timeout(60_000)
  let stack: JobStack
  let serverId: string

  before(async () => {
    stack = await startJobStack({ maxConcurrency: 2 })
    serverId = (await readServer(stack.store, 'local'))?.id ?? ''
  })
  after(() => stack.close())

  /** Queues a job of a definition that stands in no catalogue but the given worker's. */
  async function queue(definition: JobDefinition, subject: Partial<NewJob> = {}): Promise<string> {
    const id = randomUUID()
    const usesServer = definition.steps.some((step) => step.usesServer)
    const job: NewJob = {
      id,
      type: definition.type,
      definitionVersion: definition.version,
      steps: definition.steps.map((step) => step.name),
      needsSlot: usesServer,
      changing: false,
      priority: 0,
      tenant: 'district-one',
      instanceId: null,
      environmentId: null,
      serverId: usesServer ? serverId : null,
      engine: usesServer ? 'postgresql' : null,
      workerPool: 'default',
      batchId: null,
      ref: null,
      parameters: {},
      requestedBy: 'test',
      onBehalfOf: null,
      requestId: null,
      traceContext: null,
      ...subject,
    }
    await insertWork(stack.store.database, { jobs: [job], audit: [] })
    stack.ringer.request()
    return id
  }

  const job = (steps: Step[], pivot: Step | null = steps.at(-1) ?? null): JobDefinition =>
    defineJob({ type: `test.${randomUUID().slice(0, 8)}`, version: 1, changing: false, steps, pivot })

  async function withWorkers<Result>(
    definitions: JobDefinition[],
    count: number,
    work: () => Promise<Result>,
    options = {},
  ): Promise<Result> {
    const known = new Map([...jobCatalogue, ...definitions.map((definition) => [definition.type, definition] as const)])
    const workers = Array.from({ length: count }, () => stack.startWorker({ definitions: known, ...options }))
    try {
      return await work()
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()))
    }
  }

  const statuses = (row: JobRow) => row.steps.map((step) => step.status)

  it('never has more jobs on a server than it has slots, over all workers', async () => {
    let now = 0
    let most = 0
    const busy = job([
      defineStep({
        name: 'busy',
        usesServer: true,
        run: async () => {
          most = Math.max(most, ++now)
          await pause(100)
          now--
          return {}
        },
      }),
    ])
    await withWorkers([busy], 2, async () => {
      const ids = await Promise.all(Array.from({ length: 8 }, () => queue(busy)))
      const ended = await Promise.all(ids.map((id) => stack.waitForJob(id)))
      expect(ended.every((row) => row.status === 'succeeded')).to.equal(true)
    })
    expect(most).to.equal(2)
  })

  it('takes what is urgent first, then gives tenants and batches their turns, then the oldest', async () => {
    const order: string[] = []
    const noted = job([
      defineStep({
        name: 'noted',
        usesServer: true,
        run: ({ job: { ref } }) => {
          order.push(ref ?? '')
          return pause(20).then(() => ({}))
        },
      }),
    ])
    // One slot, so that the order in which they are taken is the order in which they run.
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 1')
    for (const ref of ['a1', 'a2', 'a3', 'a4']) await queue(noted, { ref })
    for (const ref of ['b1', 'b2']) await queue(noted, { ref, tenant: 'district-two' })
    await queue(noted, { ref: 'urgent', priority: 100 })
    // What was rung already is taken back, while nobody else decides, so that the order is decided anew.
    await stack.store.database.transaction(async (database) => {
      await database.query('SELECT pg_advisory_xact_lock(4807001)')
      await database.query('UPDATE slots SET job_id = NULL, expires_at = NULL')
      await database.query('UPDATE jobs SET rung_at = NULL WHERE finished_at IS NULL')
    })
    const last = (
      await stack.store.database.query<{ id: string }>('SELECT id FROM jobs WHERE finished_at IS NULL ORDER BY number')
    ).map((row) => row.id)
    await withWorkers([noted], 1, async () => {
      stack.ringer.request()
      await Promise.all(last.map((id) => stack.waitForJob(id)))
    })
    await stack.store.database.query('UPDATE database_servers SET max_concurrency = 2')
    // The urgent one was district-one's turn.
    expect(order).to.deep.equal(['urgent', 'b1', 'a1', 'b2', 'a2', 'a3', 'a4'])
  })

  it('lets a worker that lost its lease write nothing, and gives its successor a later epoch', async () => {
    const waiting = job([defineStep({ name: 'only', run: () => Promise.resolve({}) })])
    const id = await queue(waiting)
    const ability = { worker: 'first', leaseSeconds: 1, definitions: [`${waiting.type}@1`] }
    const first = await claimJob(stack.store.database, id, ability)
    expect(
      await claimJob(stack.store.database, id, { ...ability, worker: 'second' }),
      'claimed twice at once',
    ).to.equal(null)
    await pause(1_100)
    const second = await claimJob(stack.store.database, id, { ...ability, worker: 'second' })
    expect(second?.epoch).to.be.greaterThan(first?.epoch ?? Infinity)
    const stale = { jobId: id, epoch: first?.epoch ?? 0 }
    const refusal = await writeJob(stack.store.database, stale, { job: { status: 'succeeded' } }).catch(
      (error: unknown) => error,
    )
    expect(refusal).to.include({ code: 'lease_lost' })
    expect(await renewLeases(stack.store.database, [stale], 1)).to.deep.equal([])
    expect((await readJob(stack.store.database, id, '*'))?.status).to.equal('running')
  })

  it('takes over the job of a worker that died, and goes on at its step', async () => {
    const runs: string[] = []
    const first = defineStep({
      name: 'first',
      run: () => (runs.push('first'), Promise.resolve({ output: { made: 1 } })),
    })
    const second = defineStep({ name: 'second', run: () => (runs.push('second'), Promise.resolve({})) })
    const two = job([first, second])
    const id = await queue(two)
    const dead = await claimJob(stack.store.database, id, {
      worker: 'dead',
      leaseSeconds: 4,
      definitions: [`${two.type}@1`],
    })
    await writeJob(
      stack.store.database,
      { jobId: id, epoch: dead?.epoch ?? 0 },
      {
        steps: [
          { position: 0, status: 'succeeded', started: true, finished: true, output: { made: 1 } },
          { position: 1, status: 'running', started: true },
        ],
      },
    )
    const ended = await withWorkers([two], 1, () => stack.waitForJob(id))
    expect(ended.status).to.equal('succeeded')
    expect(runs).to.deep.equal(['second'])
    expect(ended.steps[1]?.attempts).to.equal(2)
  })

  it('undoes in reverse what was done, and reports what it could not undo while undoing the rest', async () => {
    const undone: string[] = []
    const made = (name: string, undo: Step['undo']) =>
      defineStep({ name, run: () => Promise.resolve({ output: { name } }), ...(undo ? { undo } : {}) })
    const definition = job([
      made('one', ({ saved }) => (undone.push(`one:${JSON.stringify(saved)}`), Promise.resolve({}))),
      made('two', () => Promise.reject(new Failure('insufficient_privilege', 'May not remove it.'))),
      made('three', () => (undone.push('three'), Promise.resolve({}))),
      defineStep({ name: 'four', run: () => Promise.reject(new Failure('admin_api_refused', 'No.')) }),
    ])
    const ended = await withWorkers([definition], 1, async () => stack.waitForJob(await queue(definition)))
    expect(ended.status).to.equal('failed')
    expect(ended.error).to.include({ code: 'admin_api_refused', detail: 'No.' })
    expect(undone).to.deep.equal(['three', 'one:{"name":"one"}'])
    expect(ended.outcome).to.deep.include({ compensation: 'partial', leftovers: ['two: May not remove it.'] })
    expect(statuses(ended)).to.deep.equal(['undone', 'failed', 'undone', 'failed'])
  })

  it('goes only forward past its pivot, and a retry goes on from the step that failed', async () => {
    let broken = true
    const runs: string[] = []
    const pivot = defineStep({
      name: 'pivot',
      run: () => (runs.push('pivot'), Promise.resolve({})),
      undo: () => (runs.push('undo'), Promise.resolve({})),
    })
    const after = defineStep({
      name: 'after',
      run: () => (
        runs.push('after'),
        broken ? Promise.reject(new Failure('admin_api_refused', 'Not now.')) : Promise.resolve({})
      ),
    })
    const definition = job([pivot, after], pivot)
    await withWorkers([definition], 1, async () => {
      const id = await queue(definition)
      const failed = await stack.waitForJob(id)
      expect(failed.status).to.equal('failed')
      expect(failed.outcome).to.deep.include({ instanceUsable: true, compensation: 'none' })
      broken = false
      ;(jobCatalogue as Map<string, JobDefinition>).set(definition.type, definition)
      await retryJob(stack.store.database, failed, origin)
      stack.ringer.request()
      const ended = await stack.waitForJob(id)
      expect(ended).to.include({ status: 'succeeded', attempt: 2, error: null })
      ;(jobCatalogue as Map<string, JobDefinition>).delete(definition.type)
    })
    expect(runs).to.deep.equal(['pivot', 'after', 'after'])
  })

  it('holds neither worker nor slot while it waits for a transient fault to pass', async () => {
    let away = true
    const shaky = job([
      defineStep({
        name: 'shaky',
        usesServer: true,
        run: () =>
          away ? Promise.reject(new Failure('server_unreachable', 'Away.', { retryable: true })) : Promise.resolve({}),
      }),
    ])
    await withWorkers([shaky], 1, async () => {
      const id = await queue(shaky)
      let row = await readJob(stack.store.database, id, '*')
      while (row?.waitingFor === null) {
        await pause(20)
        row = await readJob(stack.store.database, id, '*')
      }
      expect(row).to.include({ status: 'running', waitingFor: 'server_unreachable' })
      expect(row?.steps[0]?.error).to.include({ code: 'server_unreachable' })
      const held = await stack.store.database.query('SELECT 1 FROM slots WHERE job_id = $1', [id])
      expect(held).to.deep.equal([])
      away = false
      expect((await stack.waitForJob(id)).status).to.equal('succeeded')
    })
  })

  longTest('gives up a transient fault when its patience is over, and undoes', async () => {
    const never = job([
      defineStep({
        name: 'never',
        run: () => Promise.reject(new Failure('server_unreachable', 'Away.', { retryable: true })),
      }),
    ])
    const ended = await withWorkers([never], 1, async () => stack.waitForJob(await queue(never)), { retryForMs: 1_500 })
    expect(ended.status).to.equal('failed')
    expect(ended.error).to.include({ code: 'server_unreachable' })
    expect(ended.steps[0]?.attempts).to.be.greaterThan(1)
  })

  it('stops a long step when the job is cancelled, and undoes it', async () => {
    const undone: string[] = []
    const long = job([
      defineStep({
        name: 'long',
        run: ({ signal, progress }) =>
          new Promise((_, reject) => {
            progress(50, 'half way')
            signal.addEventListener('abort', () => reject(new Error('aborted')))
          }),
        undo: () => (undone.push('long'), Promise.resolve({})),
      }),
      defineStep({ name: 'end', run: () => Promise.resolve({}) }),
    ])
    await withWorkers([long], 1, async () => {
      const id = await queue(long)
      let row = await readJob(stack.store.database, id, '*')
      while (row?.progress === 0) {
        await pause(50)
        row = await readJob(stack.store.database, id, '*')
      }
      expect(row?.progress).to.equal(25)
      expect(row?.steps[0]?.detail).to.equal('half way')
      ;(jobCatalogue as Map<string, JobDefinition>).set(long.type, long)
      if (row) await cancelJob(stack.store.database, row, origin)
      ;(jobCatalogue as Map<string, JobDefinition>).delete(long.type)
      const ended = await stack.waitForJob(id)
      expect(ended.status).to.equal('cancelled')
      expect(ended.error).to.include({ code: 'job_cancelled' })
    })
    expect(undone).to.deep.equal(['long'])
  })

  it('puts its jobs back when the worker stops, so that another goes on at once', async () => {
    const slow = job([
      defineStep({
        name: 'slow',
        run: ({ signal }) =>
          new Promise((resolve, reject) => {
            const timer = setTimeout(() => resolve({}), 1_000)
            signal.addEventListener('abort', () => {
              clearTimeout(timer)
              reject(new Error('aborted'))
            })
          }),
      }),
    ])
    const known = new Map([[slow.type, slow]])
    const first = stack.startWorker({ definitions: known })
    const id = await queue(slow)
    while ((await readJob(stack.store.database, id, '*'))?.steps[0]?.status !== 'running') await pause(20)
    await first.stop(0)
    const put = await readJob(stack.store.database, id, '*')
    expect(put).to.include({ status: 'running', finishedAt: null })
    const ended = await withWorkers([slow], 1, () => stack.waitForJob(id))
    expect(ended.status).to.equal('succeeded')
  })

  it('numbers a job’s events without gaps', async () => {
    const plain = job([defineStep({ name: 'plain', run: () => Promise.resolve({ detail: 'done' }) })])
    const id = await withWorkers([plain], 1, async () => {
      const queued = await queue(plain)
      await stack.waitForJob(queued)
      return queued
    })
    const events = await readJobEvents(stack.store.database, id, 0, 100)
    expect(events.map((event) => event.sequence)).to.deep.equal(events.map((_, index) => index + 1))
    expect(events.map((event) => event.type)).to.deep.equal([
      'job.queued',
      'job.claimed',
      'step.started',
      'step.succeeded',
      'job.succeeded',
    ])
  })

  it('leaves a job alone whose definition it does not know', async () => {
    const known = job([defineStep({ name: 'known', run: () => Promise.resolve({}) })])
    const id = await queue({ ...known, version: 2 })
    await withWorkers([known], 1, async () => {
      await pause(500)
      expect((await readJob(stack.store.database, id, '*'))?.status).to.equal('queued')
    })
    await stack.store.database.query(`UPDATE jobs SET status = 'cancelled', finished_at = now() WHERE id = $1`, [id])
    expect((await takeDueJobs(stack.store.database, { wait: true })).map((due) => due.jobId)).not.to.include(id)
  })
})
