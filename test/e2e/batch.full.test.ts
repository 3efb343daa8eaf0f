import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { cancelBatch, requestBatch, requestUndo } from '@edfi-tenants/jobs'
import { readBatch, type BatchRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startRedis } from '../../scripts/services/redis.js'
import { origin, startJobStack, type JobStack } from '../support/job-stack.js'
import { databasesLike } from '../support/killed-workers.js'
import { redisOrSkip } from '../support/redis.js'
import { registrations } from '../support/registrations.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

/** Instances of the large batch; 500 unless told. */
const size = Number(process.env['TEST_BATCH_ITEMS'] ?? 500)

describe('hundreds of instances in one batch', function () {
  this.timeout(1_800_000)
  let stack: JobStack
  let workers: WorkerProcess[]
  let client: Redis | null = null
  const held: (() => Promise<unknown>)[] = []

  before(async function () {
    await redisOrSkip(this)
    const redis = await startRedis()
    if (!redis) throw new Error('Redis could not be started.')
    held.push(() => redis.stop())
    client = new Redis(redis.url)
    held.push(async () => client?.quit())
    stack = await startJobStack({ redis, maxConcurrency: 8 })
    held.push(() => stack.close())
    workers = [startWorkerProcess(stack.workerEnvironment), startWorkerProcess(stack.workerEnvironment)]
    held.push(() => Promise.all(workers.map((worker) => worker.stop())))
  })
  after(async () => {
    for (const release of held.reverse()) await release()
  })

  const common = { ...origin, reservedDatabaseNames: [], deletePolicy: { allowDelete: true }, maxItems: 5_000 }
  async function create(prefix: string, count: number): Promise<BatchRow> {
    const items = Array.from({ length: count }, (_, index) => ({ tenant: 'district-one', name: `${prefix} ${index}` }))
    const { batch } = await requestBatch(stack.store, { ...common, operation: 'instance.create', items })
    stack.ringer.request()
    return batch
  }
  async function ended(id: string): Promise<BatchRow> {
    for (let said = Date.now(); ;) {
      const batch = await readBatch(stack.store.database, id, '*')
      if (batch?.finishedAt) return batch
      // Whoever watches the run ends what is silent for too long.
      if (Date.now() - said > 30_000) {
        said = Date.now()
        console.error(`${batch?.operation ?? id}: ${JSON.stringify(batch?.counts)}`)
      }
      await pause(200)
    }
  }
  const databasesOf = (prefix: string) => databasesLike(stack.serverUrl, `EdFi\\_Ods\\_%\\_${prefix}\\_%`)
  const registeredOf = async (prefix: string) =>
    (await registrations(stack)).filter((name) => name.startsWith(`${prefix} `))

  it('are all there, each once, though workers are killed and the queue is emptied; undone, not one is left', async () => {
    const batch = await create('Stormy', size)
    const over = new AbortController()
    const storm = (async () => {
      for (let round = 0; ; round++) {
        await pause(4_000, undefined, { signal: over.signal })
        const victim = workers[round % workers.length]
        await victim?.kill()
        if (round % 3 === 1) await client?.flushall()
        victim?.start()
      }
    })().catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    })
    const done = await ended(batch.id)
    over.abort()
    await storm
    expect(done.counts).to.include({ succeeded: size, failed: 0, cancelled: 0 })
    expect(await databasesOf('Stormy')).to.have.length(size)
    const registered = await registeredOf('Stormy')
    expect(new Set(registered).size).to.equal(size)
    expect(registered).to.have.length(size)

    const again = await create('Stormy', size)
    expect(again.counts).to.include({ unchanged: size })

    const { batch: undoing } = await requestUndo(stack.store, {
      ...common,
      batch: done,
      archive: false,
      applications: 'detach',
      purge: 'now',
    })
    expect((await ended(undoing.id)).counts).to.include({ succeeded: size })
    const deadline = Date.now() + 600_000
    const left = async () =>
      stack.store.database.query(`SELECT id FROM instances WHERE name LIKE 'Stormy %' AND status <> 'purged'`)
    while ((await left()).length > 0 && Date.now() < deadline) await pause(1_000)
    expect(await left()).to.have.length(0)
    expect(await databasesOf('Stormy')).to.deep.equal([])
    expect(await databasesLike(stack.serverUrl, 'tm\\_%')).to.deep.equal([])
    expect(await registeredOf('Stormy')).to.deep.equal([])
  })

  it('let one that is asked for singly be active before they are at five per cent', async () => {
    const batch = await create('Crowd', 800)
    await pause(1_000)
    const { job } = await stack.create({ name: 'In a hurry' })
    expect((await stack.waitForJob(job.id)).status).to.equal('succeeded')
    const then = await readBatch(stack.store.database, batch.id, '*')
    expect(then?.counts.succeeded).to.be.below(40)
    await stack.store.database.transaction((database) => cancelBatch(database, batch.id, origin))
    await ended(batch.id)
  })
})
