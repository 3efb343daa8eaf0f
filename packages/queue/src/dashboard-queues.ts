import { openBackend } from './backend.js'
import type { EntryQueue } from './backend.js'
import { isQueueName, queueNameOf } from './entries.js'
import type { QueueLog } from './port.js'
import { reportErrors } from './report-errors.js'
import { answerLimitMs, withinTimeLimit } from './time-limit.js'

/** The queues of an installation as a dashboard wants them. */
export interface DashboardQueues {
  /**
   * BullMQ queue objects, one per route, sorted by name; the same object for the same queue each time. New routes appear
   * as entries come. While the queue is away: those known so far.
   */
  list(): Promise<readonly EntryQueue[]>
  close(): Promise<void>
}

/**
 * Opens the queues for looking at: nothing is written by opening them. What a dashboard may do with them is for its own
 * read-only mode to say. `routes` are shown even if they never had an entry.
 */
export function openDashboardQueues(options: {
  url: string
  log: QueueLog
  routes?: readonly string[]
}): DashboardQueues {
  const report = reportErrors(options.log)
  const backend = openBackend({ url: options.url, purpose: 'ask', connections: 3, onError: report })
  const queues = new Map<string, EntryQueue>()

  async function discover(): Promise<void> {
    await backend.prepare()
    const names = [...(options.routes ?? []).map(queueNameOf), ...(await backend.listQueueNames()).filter(isQueueName)]
    for (const name of names) if (!queues.has(name)) queues.set(name, backend.openQueue(name))
  }

  return {
    list: async () => {
      await withinTimeLimit(2 * answerLimitMs, discover()).catch(report)
      return [...queues.values()].sort((a, b) => a.name.localeCompare(b.name))
    },
    close: async () => {
      await withinTimeLimit(1000, backend.close()).catch(() => undefined)
    },
  }
}
