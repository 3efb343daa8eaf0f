import { randomUUID } from 'node:crypto'
import type { Job } from 'bullmq'
import { openBackend } from './backend.js'
import type { EntryWorker } from './backend.js'
import { lockMs } from './bullmq.js'
import { queueNameOf } from './entries.js'
import type { EntryData } from './entries.js'
import { createGate } from './gate.js'
import type { QueueConsumer, QueueLog } from './port.js'
import { reportErrors } from './report-errors.js'
import { pause, withinTimeLimit } from './time-limit.js'

type Entry = Job<EntryData, void>

/** Whom to take entries for, and what to do with them. */
export interface ConsumerOptions {
  url: string
  /** The routes to take from; see {@link Ring.route}. */
  routes: readonly string[]
  /** How many entries run at a time in this process, over all its routes together. */
  concurrency: number
  log: QueueLog
  /** Runs what the entry stands for. What it throws is logged and ends the entry, nothing else. */
  onRing: (jobId: string) => Promise<void>
}

const retryMs = 250
const renewEveryMs = 2000

/**
 * Starts taking entries. Returns at once whether the queue is there or not; takes up again by itself after it was away
 * or emptied.
 *
 * BullMQ's own loop limits each queue by itself, and fetches an entry before it is sure to have room for it. Here one
 * gate stands before the fetch of all routes, so a busy process leaves entries for others (BullMQ's documented way of
 * fetching by hand: https://docs.bullmq.io/patterns/manually-fetching-jobs).
 */
export function startConsumer({ url, routes, concurrency, log, onRing }: ConsumerOptions): QueueConsumer {
  const report = reportErrors(log)
  const names = routes.map(queueNameOf)
  const backend = openBackend({ url, purpose: 'take', connections: names.length + 4, onError: report })
  const gate = createGate(concurrency)
  const closing = new AbortController()
  const isClosing = () => closing.signal.aborted
  const workers: EntryWorker[] = []
  /** Entries that run now, by their lock's token. */
  const running = new Map<string, { entry: Entry; worker: EntryWorker; done: Promise<void> }>()

  async function run(entry: Entry, token: string): Promise<void> {
    const { jobId } = entry.data
    let failed = false
    try {
      await onRing(jobId)
    } catch (error) {
      failed = true
      log.warn('Running an entry failed', { job: jobId, entry: entry.id, error })
    }
    try {
      // The text is for the dashboard, which is plain text for many eyes: what went wrong stands in the log.
      if (failed) await entry.moveToFailed(new Error('Failed; see the log of the worker.'), token, false)
      else await entry.moveToCompleted(undefined, token, false)
    } catch (error) {
      // It is gone (the queue was emptied) or another's (this process was cut off): the row knows how it stands.
      log.debug('An entry could not be ticked off', { job: jobId, entry: entry.id, error })
    }
  }

  async function openWorker(name: string): Promise<EntryWorker> {
    await backend.prepare()
    const worker = backend.openWorker(name)
    workers.push(worker)
    worker.on('stalled', (entry) => log.info('Taking over an entry whose worker is gone', { entry }))
    try {
      await Promise.race([worker.waitUntilReady(), aborted])
    } catch (error) {
      workers.splice(workers.indexOf(worker), 1)
      await worker.close(true)
      throw error
    }
    await worker.startStalledCheckTimer()
    return worker
  }

  /** Waits for the sign that an entry has come, or for as long as it is worth. */
  async function waitForEntry(worker: EntryWorker): Promise<void> {
    try {
      await worker.getBackend().waitForJob(backend.waitSeconds)
    } catch (error) {
      if (isClosing()) return
      report(error)
      await pause(retryMs, closing.signal)
      await Promise.race([worker.getBackend().reconnectBlocking().catch(report), aborted])
    }
  }

  /** BullMQ's types leave out that there may be none. */
  const fetchNext = (worker: EntryWorker, token: string): Promise<Entry | undefined> =>
    isClosing() ? Promise.resolve(undefined) : worker.getNextJob(token, { block: false })

  /** Takes the next entry if there is one and room for it. False: there was none. */
  async function takeNext(worker: EntryWorker): Promise<boolean> {
    await gate.enter()
    const token = randomUUID()
    const entry = await fetchNext(worker, token).catch((error: unknown) => {
      gate.leave()
      throw error
    })
    if (!entry) {
      gate.leave()
      return false
    }
    const done = run(entry, token).finally(() => {
      running.delete(token)
      gate.leave()
    })
    running.set(token, { entry, worker, done })
    return true
  }

  async function takeFrom(name: string): Promise<void> {
    let worker: EntryWorker | undefined
    while (!isClosing()) {
      try {
        worker ??= await openWorker(name)
        if (!(await takeNext(worker))) await waitForEntry(worker)
      } catch (error) {
        if (isClosing()) return
        report(error)
        await pause(retryMs, closing.signal)
      }
    }
  }

  async function renewLocks(): Promise<void> {
    for (const worker of workers) {
      const held = [...running].filter(([, one]) => one.worker === worker)
      if (held.length === 0) continue
      const ids = held.map(([, { entry }]) => String(entry.id))
      const tokens = held.map(([token]) => token)
      await worker.extendJobLocks(ids, tokens, lockMs)
    }
  }

  const aborted = new Promise<void>((resolve) => closing.signal.addEventListener('abort', () => resolve()))
  const renewal = setInterval(() => void renewLocks().catch(report), renewEveryMs)
  const loops = names.map(takeFrom)

  async function close(waitMs: number): Promise<void> {
    closing.abort()
    const interrupted = workers.map((worker) => worker.getBackend().disconnectBlocking(false))
    await withinTimeLimit(1000, Promise.all(interrupted)).catch(() => undefined)
    // A loop that still waits for its turn or for the datastore takes nothing any more, so it need not be waited for.
    await withinTimeLimit(Math.min(waitMs, 1000), Promise.all(loops)).catch(() => undefined)
    const ended = Promise.all([...running.values()].map(({ done }) => done))
    await withinTimeLimit(waitMs, ended).catch(() => {
      log.warn('Stopped before everything had ended', {
        jobs: [...running.values()].map(({ entry }) => entry.data.jobId),
      })
    })
    clearInterval(renewal)
    await withinTimeLimit(2000, Promise.all(workers.map((worker) => worker.close(true)))).catch(report)
    await withinTimeLimit(1000, backend.close()).catch(() => undefined)
  }

  let closed: Promise<void> | undefined
  return { close: ({ waitMs = 30_000 } = {}) => (closed ??= close(waitMs)) }
}
