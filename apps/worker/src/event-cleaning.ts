import type { Log } from '@edfi-tenants/jobs'
import { removeOldEvents, type Store } from '@edfi-tenants/store'

/** How often old events are removed, in milliseconds. */
const interval = 10 * 60_000

/** Starts removing events of what has ended, and deliveries of them, that are older than `retentionDays`. */
export function startEventCleaning(
  { store, log }: { store: Store; log: Log },
  retentionDays: number,
): { stop(): void } {
  const clean = async (): Promise<void> => {
    try {
      await removeOldEvents(store.database, retentionDays)
    } catch (error) {
      log.warn('Old events were not removed', { error })
    }
  }
  const timer = setInterval(() => void clean(), interval)
  return { stop: () => clearInterval(timer) }
}
