import type { Log, Ringer } from '@edfi-tenants/jobs'
import { removeExpiredIdempotencyKeys, removeSurplusSlots, type Store } from '@edfi-tenants/store'

/** How often due jobs are looked for, in milliseconds: what a lost bell costs at most. */
const ringInterval = 1_000
const cleanInterval = 10 * 60_000

/**
 * Starts what is done every now and then. There is no leader: every worker sweeps, and each sweep is one transaction
 * that gives way when another process is at it.
 */
export function startSweeps(parts: { ringer: Ringer; store: Store; log: Log }): { stop(): void } {
  const { ringer, store, log } = parts
  const clean = async (): Promise<void> => {
    try {
      await removeExpiredIdempotencyKeys(store)
      await removeSurplusSlots(store)
    } catch (error) {
      log.warn('What has expired was not removed', { error })
    }
  }
  const timers = [setInterval(() => void ringer.sweep(), ringInterval), setInterval(() => void clean(), cleanInterval)]
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) }
}
