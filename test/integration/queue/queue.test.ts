import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDashboardQueues, openProducer, QueueUnreachable, startConsumer } from '@edfi-tenants/queue'
import type { QueueConsumer, QueueProducer } from '@edfi-tenants/queue'
import { expect } from 'chai'
import { backends } from './backends.js'
import type { QueueServer } from './backends.js'
import { openDoor } from './door.js'
import type { Door } from './door.js'

const tsx = createRequire(import.meta.url).resolve('tsx')

async function until(condition: () => boolean | Promise<boolean>, withinMs: number, what: string): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await pause(5)
  }
}

/** Rings as the ringer does: what a busy server does not answer in time is rung again, as the same ring. */
async function ringUntilTaken(producer: QueueProducer, rings: Parameters<QueueProducer['ring']>[0]): Promise<void> {
  for (;;) {
    try {
      await producer.ring(rings)
      return
    } catch (error) {
      if (!(error instanceof QueueUnreachable)) throw error
      await pause(20)
    }
  }
}

async function refusal(attempt: Promise<void>): Promise<{ error: unknown; afterMs: number }> {
  const start = performance.now()
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, afterMs: performance.now() - start }
}

for (const [name, start] of Object.entries(backends)) {
  describe(`The queue on ${name}`, function () {
    this.timeout(40_000)
    let server: QueueServer | undefined
    let door: Door
    let route: string
    let written: { message: string; details: unknown }[]
    let opened: (QueueProducer | QueueConsumer)[]

    const write = (message: string, details?: unknown) => written.push({ message, details })
    const log = { debug: write, info: write, warn: write }

    const produce = () => {
      const producer = openProducer({ url: door.url, log })
      opened.push(producer)
      return producer
    }
    /** A consumer that notes down what it gets. */
    const consume = (
      options: { routes?: string[]; concurrency?: number; onRing?: (jobId: string) => Promise<void> } = {},
    ) => {
      const got: string[] = []
      const consumer = startConsumer({
        url: door.url,
        routes: options.routes ?? [route],
        concurrency: options.concurrency ?? 4,
        log,
        onRing: async (jobId) => {
          got.push(jobId)
          await options.onRing?.(jobId)
        },
      })
      opened.push(consumer)
      return { got, consumer }
    }

    before(async function () {
      const started = await start()
      if (!started) return this.skip()
      server = started
      door = await openDoor(started.url)
    })
    beforeEach(() => {
      route = `t${randomBytes(4).toString('hex')}.postgresql`
      written = []
      opened = []
    })
    afterEach(async () => {
      await Promise.all(opened.map((one) => one.close({ waitMs: 0 })))
    })
    after(async () => {
      if (!server) return
      await door.shut()
      await server.stop()
    })

    it('hands each ring to one of the consumers once', async () => {
      const producer = produce()
      const first = consume()
      const second = consume({ routes: [route, 'other'] })
      const jobs = Array.from({ length: 600 }, (_, index) => `job-${index}`)
      // As many at a time as one round of ringing makes of them.
      for (let from = 0; from < jobs.length; from += 60)
        await ringUntilTaken(
          producer,
          jobs.slice(from, from + 60).map((jobId) => ({ jobId, ring: 1, route })),
        )
      await until(() => first.got.length + second.got.length >= 600, 15_000, 'all entries')
      await pause(200)
      expect([...first.got, ...second.got].sort()).to.deep.equal(jobs.sort())
    })

    it('hands a row that is rung again to a consumer again, and the same ring only once', async () => {
      const producer = produce()
      const { got } = consume()
      await producer.ring([{ jobId: 'again', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the first ring')
      await producer.ring([{ jobId: 'again', ring: 1, route }])
      await producer.ring([{ jobId: 'again', ring: 2, route }])
      await until(() => got.length >= 2, 5000, 'the second ring')
      await pause(200)
      expect(got).to.deep.equal(['again', 'again'])
    })

    it('gives a ring to the workers of its route only', async () => {
      const producer = produce()
      const { got } = consume()
      const { got: elsewhere } = consume({ routes: [`${route}x`] })
      await producer.ring([{ jobId: 'here', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the entry')
      expect(elsewhere).to.be.empty
    })

    it('holds nothing of a job but its id, so that neither Redis nor a dashboard can tell more', async () => {
      const producer = produce()
      await producer.ring([{ jobId: '0b0e9c1e', ring: 3, route }])
      const dashboard = openDashboardQueues({ url: door.url, log })
      const queue = (await dashboard.list()).find((one) => one.name === `jobs-${route}`)
      const entries = await queue!.getJobs(['waiting'])
      await dashboard.close()
      expect(entries.map(({ id, name: entryName, data }) => ({ id, entryName, data }))).to.deep.equal([
        { id: '0b0e9c1e-r3', entryName: 'job', data: { jobId: '0b0e9c1e' } },
      ])
    })

    it('refuses a ring within a second while it is away, and works on with the same producer and consumer', async () => {
      const producer = produce()
      const { got } = consume()
      let back = 0
      producer.onReachable(() => (back += 1))
      await producer.ring([{ jobId: 'before', ring: 1, route }])
      await until(() => got.includes('before'), 5000, 'the entry before')
      await door.shut()
      try {
        for (let attempt = 0; attempt < 3; attempt++) {
          const { error, afterMs } = await refusal(producer.ring([{ jobId: 'lost', ring: attempt, route }]))
          expect(error).to.be.instanceOf(QueueUnreachable)
          expect(afterMs).to.be.below(1000)
        }
        expect(await producer.isReachable()).to.equal(false)
        await pause(1500)
        expect(back).to.equal(0)
      } finally {
        await door.open()
      }
      await until(() => back === 1, 3000, 'the sign that it is back')
      expect(await producer.isReachable()).to.equal(true)
      await producer.ring([{ jobId: 'after', ring: 1, route }])
      await until(() => got.includes('after'), 5000, 'the entry after')
    })

    it('refuses a ring within a second when it holds the connection but does not answer', async () => {
      const producer = produce()
      await producer.ring([{ jobId: 'before', ring: 1, route }])
      door.freeze()
      const { error, afterMs } = await refusal(producer.ring([{ jobId: 'lost', ring: 1, route }]))
      const next = await refusal(producer.ring([{ jobId: 'lost', ring: 1, route }]))
      door.thaw()
      expect(error).to.be.instanceOf(QueueUnreachable)
      expect(afterMs).to.be.within(300, 1000)
      expect(next.afterMs).to.be.below(20)
      await until(() => producer.isReachable(), 5000, 'reachable again')
      await producer.ring([{ jobId: 'after', ring: 1, route }])
    })

    it('may come up after its producers and consumers', async () => {
      await door.shut()
      const producer = produce()
      const { got } = consume()
      const { error } = await refusal(producer.ring([{ jobId: 'early', ring: 1, route }]))
      expect(error).to.be.instanceOf(QueueUnreachable)
      await pause(500)
      await door.open()
      await until(() => producer.isReachable(), 5000, 'reachable')
      await producer.ring([{ jobId: 'late', ring: 1, route }])
      await until(() => got.includes('late'), 5000, 'the entry')
    })

    it('goes on after it was emptied, with the consumers that are there', async () => {
      const producer = produce()
      const finish: (() => void)[] = []
      const { got } = consume({ onRing: () => new Promise((resolve) => finish.push(resolve)) })
      await producer.ring([{ jobId: 'one', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the first entry')
      await server!.empty()
      finish.forEach((done) => done())
      await producer.ring([{ jobId: 'two', ring: 1, route }])
      await until(() => got.includes('two'), 6000, 'the entry after emptying')
    })

    it('goes on after the server was killed and started again', async () => {
      const producer = produce()
      const { got } = consume()
      await producer.ring([{ jobId: 'one', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the first entry')
      await server!.restart()
      await until(() => producer.isReachable(), 10_000, 'reachable')
      await producer.ring([
        { jobId: 'two', ring: 1, route },
        { jobId: 'three', ring: 1, route },
      ])
      await until(() => got.includes('two') && got.includes('three'), 8000, 'the entries after the restart')
    })

    it('hands the entry of a killed process to another within 8 s, and never that of one that is alive', async () => {
      const producer = produce()
      const file = fileURLToPath(new URL('consumer-process.ts', import.meta.url))
      const doomed = spawn(process.execPath, ['--import', tsx, file, door.url, route], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      try {
        await producer.ring([{ jobId: 'orphan', ring: 1, route }])
        const [taken] = (await once(doomed.stdout, 'data')) as [Buffer]
        expect(String(taken)).to.equal('orphan\n')
      } finally {
        doomed.kill('SIGKILL')
      }
      const killedAt = performance.now()
      const release: (() => void)[] = []
      const long = consume({
        routes: [`${route}l`],
        onRing: () => new Promise((resolve) => release.push(resolve)),
      })
      await producer.ring([{ jobId: 'long', ring: 1, route: `${route}l` }])
      await until(() => long.got.length === 1, 5000, 'the long one')
      const heir = consume({ routes: [route, `${route}l`] })
      await until(() => heir.got.includes('orphan'), 8000 - (performance.now() - killedAt), 'the entry handed on')
      await pause(Math.max(0, killedAt + 8500 - performance.now()))
      expect(heir.got).to.deep.equal(['orphan'])
      expect(long.got).to.deep.equal(['long'])
      release.forEach((done) => done())
    })

    it('waits for what runs when a consumer closes, and takes nothing new', async () => {
      const producer = produce()
      let ended = false
      const { got, consumer } = consume({
        concurrency: 1,
        onRing: async () => {
          await pause(700)
          ended = true
        },
      })
      await producer.ring([{ jobId: 'one', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the entry')
      await producer.ring([{ jobId: 'two', ring: 1, route }])
      await consumer.close()
      expect(ended).to.equal(true)
      expect(got).to.deep.equal(['one'])
      const other = consume()
      await until(() => other.got.includes('two'), 5000, 'the entry that was left')
      expect(other.got).to.deep.equal(['two'])
    })

    it('closes in time although something runs on, and says what', async () => {
      const producer = produce()
      const { got, consumer } = consume({ onRing: () => new Promise(() => undefined) })
      await producer.ring([{ jobId: 'endless', ring: 1, route }])
      await until(() => got.length === 1, 5000, 'the entry')
      const start = performance.now()
      await consumer.close({ waitMs: 300 })
      expect(performance.now() - start).to.be.below(3000)
      expect(written.some(({ details }) => JSON.stringify({ details }).includes('endless'))).to.equal(true)
    })

    it('closes in time while it is away', async () => {
      const producer = produce()
      const { consumer } = consume()
      await producer.ring([{ jobId: 'one', ring: 1, route: 'nobody' }])
      await door.shut()
      try {
        const start = performance.now()
        await Promise.all([consumer.close(), producer.close()])
        expect(performance.now() - start).to.be.below(6000)
      } finally {
        await door.open()
      }
    })

    it('logs what a run throws, keeps it out of the queue, does not repeat it, and goes on', async () => {
      const producer = produce()
      const { got } = consume({
        onRing: (jobId) => (jobId === 'bad' ? Promise.reject(new Error('hunter2')) : Promise.resolve()),
      })
      await producer.ring([{ jobId: 'bad', ring: 1, route }])
      await producer.ring([{ jobId: 'good', ring: 1, route }])
      await until(() => got.includes('good'), 5000, 'the next entry')
      const dashboard = openDashboardQueues({ url: door.url, log })
      const queue = (await dashboard.list()).find((one) => one.name === `jobs-${route}`)
      await until(async () => (await queue!.getFailedCount()) === 1, 5000, 'the failed entry')
      const failed = await queue!.getFailed()
      expect(JSON.stringify(failed.map((entry) => entry.asJSON()))).not.to.contain('hunter2')
      await dashboard.close()
      await pause(300)
      expect(got.filter((jobId) => jobId === 'bad')).to.have.length(1)
      const errors = written.map(({ details }) => (details as { error?: Error } | undefined)?.error?.message)
      expect(errors).to.include('hunter2')
    })

    it('runs no more at a time than allowed, over all routes together, and leaves the rest for other processes', async () => {
      const producer = produce()
      let now = 0
      let most = 0
      const routes = [route, `${route}b`, `${route}c`]
      const { got } = consume({
        routes,
        concurrency: 2,
        onRing: async () => {
          most = Math.max(most, ++now)
          await pause(20)
          now -= 1
        },
      })
      await producer.ring(
        Array.from({ length: 30 }, (_, index) => ({ jobId: `j${index}`, ring: 1, route: routes[index % 3]! })),
      )
      const dashboard = openDashboardQueues({ url: door.url, log, routes })
      const queues = (await dashboard.list()).filter((one) => one.name.startsWith(`jobs-${route}`))
      expect(queues).to.have.length(3)
      let locked = 0
      while (got.length < 30) {
        const counts = await Promise.all(queues.map((queue) => queue.getActiveCount()))
        locked = Math.max(
          locked,
          counts.reduce((sum, count) => sum + count, 0),
        )
      }
      await dashboard.close()
      expect(most).to.equal(2)
      // Counted queue by queue, so an entry can be seen once more after it has ended.
      expect(locked).to.be.within(1, 4)
    })

    it('lists the queues of all routes that were rung, without adding any by looking', async () => {
      await server!.empty()
      const producer = produce()
      await producer.ring([{ jobId: 'one', ring: 1, route }])
      const dashboard = openDashboardQueues({ url: door.url, log })
      expect((await dashboard.list()).map((queue) => queue.name)).to.deep.equal([`jobs-${route}`])
      await producer.ring([{ jobId: 'one', ring: 1, route: `${route}2` }])
      const second = await dashboard.list()
      expect(second.map((queue) => queue.name)).to.deep.equal([`jobs-${route}`, `jobs-${route}2`])
      await dashboard.close()
    })
  })
}
