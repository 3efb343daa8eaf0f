import { openBackend } from './backend.js'
import type { Backend, EntryQueue } from './backend.js'
import { entryIdOf, entryName, isRoute, queueNameOf } from './entries.js'
import { QueueUnreachable } from './port.js'
import type { QueueLog, QueueProducer, Ring } from './port.js'
import { reportErrors } from './report-errors.js'
import { answerLimitMs, pause, withinTimeLimit } from './time-limit.js'

/** Entries per call, so that a large batch does not hold up what others ring. */
const chunkSize = 250
const probeEveryMs = 250

/** The queues of all routes rung so far, opened when first needed. */
function openQueues(backend: Backend) {
  const queues = new Map<string, EntryQueue>()
  return async (route: string): Promise<EntryQueue> => {
    const name = queueNameOf(route)
    await backend.prepare()
    const queue = queues.get(name) ?? backend.openQueue(name)
    queues.set(name, queue)
    try {
      await queue.waitUntilReady()
    } catch (error) {
      // BullMQ remembers a failed start for ever, so the next ring starts with a new one.
      queues.delete(name)
      throw error
    }
    return queue
  }
}

async function add(queue: EntryQueue, rings: readonly Ring[]): Promise<void> {
  const entries = rings.map((ring) => ({
    name: entryName,
    data: { jobId: ring.jobId },
    opts: { jobId: entryIdOf(ring) },
  }))
  // An entry that nobody took by now would only be in the way, and with nobody there at all they would pile up.
  const again = rings.filter(({ ring }) => ring > 1)
  await Promise.all(again.map(({ jobId, ring }) => queue.remove(entryIdOf({ jobId, ring: ring - 1 })).catch(() => 0)))
  const [only] = entries
  if (only && entries.length === 1) await queue.add(only.name, only.data, only.opts)
  else await queue.addBulk(entries)
}

/**
 * Opens the side that rings. Returns at once whether the queue is there or not, and reconnects by itself for ever, at
 * least once a second. `connections` is how many are opened to a PostgreSQL queue at most (3).
 */
export function openProducer(options: { url: string; log: QueueLog; connections?: number }): QueueProducer {
  const report = reportErrors(options.log)
  const backend = openBackend({
    url: options.url,
    purpose: 'ask',
    connections: options.connections ?? 3,
    onError: (error) => {
      report(error)
      suspect()
    },
  })
  const queueOf = openQueues(backend)
  const listeners: (() => void)[] = []
  const closing = new AbortController()
  let away = false

  const answers = async (): Promise<boolean> => {
    try {
      await withinTimeLimit(answerLimitMs, backend.ping())
      return true
    } catch {
      return false
    }
  }

  /** Takes the queue for away until it answers, then says so: whatever was not rung meanwhile can be rung then. */
  function suspect(): void {
    if (away || closing.signal.aborted) return
    away = true
    void (async () => {
      do await pause(probeEveryMs, closing.signal)
      while (!closing.signal.aborted && !(await answers()))
      away = false
      if (closing.signal.aborted) return
      options.log.info('The queue answers again')
      for (const listener of listeners) listener()
    })()
  }

  const byRoute = (rings: readonly Ring[]): Map<string, Ring[]> => {
    const routes = new Map<string, Ring[]>()
    for (const ring of rings) {
      const known = routes.get(ring.route)
      if (known) known.push(ring)
      else routes.set(ring.route, [ring])
    }
    return routes
  }

  return {
    ring: async (rings) => {
      if (closing.signal.aborted) throw new QueueUnreachable('this producer is closed')
      if (away) throw new QueueUnreachable('it has not answered lately')
      for (const [route, ofRoute] of byRoute(rings)) {
        if (!isRoute(route)) {
          // One row with an impossible route must not keep all others from being rung.
          options.log.warn('A job has a route that no queue can have', { route, jobs: ofRoute.length })
          continue
        }
        for (let start = 0; start < ofRoute.length; start += chunkSize) {
          const chunk = ofRoute.slice(start, start + chunkSize)
          try {
            await withinTimeLimit(
              answerLimitMs,
              queueOf(route).then((queue) => add(queue, chunk)),
            )
          } catch (error) {
            suspect()
            if (error instanceof QueueUnreachable) throw error
            throw new QueueUnreachable('it did not take the entries', { cause: error })
          }
        }
      }
    },
    isReachable: async () => !away && (await answers()),
    onReachable: (listener) => {
      listeners.push(listener)
    },
    close: async () => {
      closing.abort()
      await withinTimeLimit(1000, backend.close()).catch(() => undefined)
    },
  }
}
