import type { Log, Ringer } from '@edfi-tenants/jobs'
import { removeExpiredIdempotencyKeys, type Store } from '@edfi-tenants/store'

/** How often due jobs are looked for, in milliseconds: what a lost bell costs at most. */
const ringInterval = 1_000
const cleanInterval = 10 * 60_000

/**
 * Starts what is done every now and then. There is no leader: every worker sweeps, and each sweep is one transaction
 * that gives way when another process is at it.
 */
export function startSweeps(parts: { ringer: Ringer; store: Store; log: Log }): { stop(): void } {
  const ring = setInterval(() => void parts.ringer.sweep(), ringInterval)
  const clean = setInterval(() => {
    removeExpiredIdempotencyKeys(parts.store).catch((error: unknown) =>
      parts.log.warn('expired idempotency keys were not removed', { error }),
    )
  }, cleanInterval)
  return {
    stop() {
      clearInterval(ring)
      clearInterval(clean)
    },
  }
}
