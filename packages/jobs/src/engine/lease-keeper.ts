import { Failure } from '@edfi-tenants/core'
import { renewLeases, type Database, type Lease } from '@edfi-tenants/store'

/** Why a running step is stopped from outside, whatever it does. */
export type StopReason = 'lease-lost' | 'shutdown'

/** A claim that this worker holds. */
export interface HeldLease {
  lease: Lease
  /** Aborted with a {@link StopReason}. */
  stopped: AbortSignal
  /** Aborted when the job's cancelling was asked for; steps that only go forward take no notice. */
  cancelled: AbortSignal
  /** Whether another worker has the job, or may have; also once it was stopped for another reason. */
  isLost(): boolean
  /** Throws `lease_lost` unless the lease certainly holds for a while yet. */
  fence(): Promise<void>
  /** The job's cancelling was seen elsewhere than in a renewal. */
  cancel(): void
  release(): void
}

export interface LeaseKeeper {
  /** @param claimedAt When the claim was sent, by `performance.now()`. */
  hold(lease: Lease, claimedAt: number): HeldLease
  /** Stops everything that is held, for the reason given. */
  stopAll(reason: StopReason): void
  close(): void
}

interface Entry {
  lease: Lease
  stop: AbortController
  cancel: AbortController
  lost: boolean
  /** When the renewal that succeeded last was sent, by our monotonic clock: the lease holds at least so much longer. */
  renewedAt: number
}

/**
 * Keeps this worker's leases alive with one statement for all of them, three times per lease duration. A lease counts
 * as lost when the database says so, or when it could not be asked for as long as the lease lasts.
 */
export function createLeaseKeeper(options: { database: Database; leaseSeconds: number }): LeaseKeeper {
  const { database, leaseSeconds } = options
  const leaseMs = leaseSeconds * 1000
  const held = new Map<string, Entry>()
  let renewing: Promise<void> | null = null

  function lose(entry: Entry): void {
    entry.lost = true
    entry.stop.abort('lease-lost' satisfies StopReason)
  }

  async function renew(): Promise<void> {
    const entries = [...held.values()]
    if (entries.length === 0) return
    const sentAt = performance.now()
    try {
      const kept = await renewLeases(
        database,
        entries.map((entry) => entry.lease),
        leaseSeconds,
      )
      const byJob = new Map(kept.map((row) => [row.jobId, row]))
      for (const entry of entries) {
        const row = byJob.get(entry.lease.jobId)
        if (row) entry.renewedAt = sentAt
        else lose(entry)
        if (row?.cancelRequested) entry.cancel.abort()
      }
    } catch {
      const now = performance.now()
      for (const entry of entries) if (now - entry.renewedAt > leaseMs) lose(entry)
    }
  }
  const renewOnce = (): Promise<void> => (renewing ??= renew().finally(() => (renewing = null)))
  const timer = setInterval(() => void renewOnce(), leaseMs / 3)

  return {
    hold(lease, claimedAt) {
      const entry: Entry = {
        lease,
        stop: new AbortController(),
        cancel: new AbortController(),
        lost: false,
        renewedAt: claimedAt,
      }
      // An earlier run of the same job in this worker has lost it, whatever it knows.
      const earlier = held.get(lease.jobId)
      if (earlier) lose(earlier)
      held.set(lease.jobId, entry)
      const holds = (): boolean => !entry.lost && performance.now() - entry.renewedAt < leaseMs / 2
      return {
        lease,
        stopped: entry.stop.signal,
        cancelled: entry.cancel.signal,
        async fence() {
          if (holds()) return
          await renewOnce()
          if (!holds()) throw new Failure('lease_lost', 'This worker no longer holds the job.')
        },
        isLost: () => entry.lost,
        cancel: () => entry.cancel.abort(),
        release: () => {
          if (held.get(lease.jobId) === entry) held.delete(lease.jobId)
        },
      }
    },
    stopAll: (reason) => held.forEach((entry) => entry.stop.abort(reason)),
    close: () => clearInterval(timer),
  }
}
