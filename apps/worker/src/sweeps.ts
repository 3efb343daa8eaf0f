import { sweepExpiries, sweepFollowUps, sweepPurges, type Log, type Ringer } from '@edfi-tenants/jobs'
import {
  removeExpiredIdempotencyKeys,
  removeExpiredSecrets,
  removeOldReconciliations,
  removeSurplusSlots,
  type Store,
} from '@edfi-tenants/store'

/** How often due jobs are looked for, in milliseconds: what a lost bell costs at most. */
const ringInterval = 1_000
const cleanInterval = 10 * 60_000
/** How often it is looked whether instances have expired, or are to be purged, and whether something follows on a batch. */
const lifeInterval = 5_000

/**
 * Starts what is done every now and then. There is no leader: every worker sweeps, and each sweep is one transaction
 * that gives way when another process is at it.
 */
export function startSweeps(parts: { ringer: Ringer; store: Store; log: Log; allowDelete: boolean }): { stop(): void } {
  const { ringer, store, log, allowDelete } = parts
  const clean = async (): Promise<void> => {
    try {
      await removeExpiredIdempotencyKeys(store)
      await removeExpiredSecrets(store)
      await removeSurplusSlots(store)
      await removeOldReconciliations(store)
    } catch (error) {
      log.warn('What has expired was not removed', { error })
    }
  }
  const endLives = async (): Promise<void> => {
    try {
      const asked = (await sweepExpiries(store.database)) + (await sweepPurges(store.database))
      if (asked > 0) ringer.request()
    } catch (error) {
      log.warn('What has expired, or is to be purged, was not looked at', { error })
    }
  }
  const followUp = async (): Promise<void> => {
    try {
      if ((await sweepFollowUps(store, log)) > 0) ringer.request()
    } catch (error) {
      log.warn('What follows on batches was not looked at', { error })
    }
  }
  const timers = [
    setInterval(() => void followUp(), lifeInterval),
    setInterval(() => void ringer.sweep(), ringInterval),
    setInterval(() => void clean(), cleanInterval),
    ...(allowDelete ? [setInterval(() => void endLives(), lifeInterval)] : []),
  ]
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) }
}
