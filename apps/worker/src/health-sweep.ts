import { scheduleHealthChecks, type Log, type Ringer } from '@edfi-tenants/jobs'
import { removeOldHealthChecks, type Store } from '@edfi-tenants/store'

/** How often it is looked whose turn has come, in milliseconds; more often where the turns are short. */
const longestPause = 10_000
const shortestPause = 1_000

/** How often old checks are removed, in milliseconds. */
const cleanInterval = 10 * 60_000

/**
 * Starts scheduling health checks, and removing old ones. An interval of 0 schedules none: then they are made only on
 * demand. Every worker does this, and each sweep gives way when another process is at it.
 */
export function startHealthSweep(
  parts: { ringer: Ringer; store: Store; log: Log },
  settings: { intervalSeconds: number; retentionDays: number },
): { stop(): void } {
  const { ringer, store, log } = parts
  const { intervalSeconds, retentionDays } = settings
  const schedule = async (): Promise<void> => {
    try {
      if ((await scheduleHealthChecks(store.database, intervalSeconds)) > 0) ringer.request()
    } catch (error) {
      log.warn('Health checks were not scheduled; the next sweep repeats it', { error })
    }
  }
  const clean = async (): Promise<void> => {
    try {
      await removeOldHealthChecks(store.database, retentionDays)
    } catch (error) {
      log.warn('Old health checks were not removed', { error })
    }
  }
  const pause = Math.max(shortestPause, Math.min(longestPause, (intervalSeconds * 1000) / 4))
  const timers = [
    ...(intervalSeconds > 0 ? [setInterval(() => void schedule(), pause)] : []),
    setInterval(() => void clean(), cleanInterval),
  ]
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) }
}
