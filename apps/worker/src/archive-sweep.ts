import { sweepArchives, type Log, type Ringer } from '@edfi-tenants/jobs'
import type { Store } from '@edfi-tenants/store'

/** How often what the tenants' archive policies want is looked for, in milliseconds. */
const interval = 60_000

/** Starts asking for archives that are due, and for those past their time to be deleted. */
export function startArchiveSweep(
  { ringer, store, log }: { ringer: Ringer; store: Store; log: Log },
  options: { allowDelete: boolean },
): { stop(): void } {
  const sweep = async (): Promise<void> => {
    try {
      if ((await sweepArchives(store.database, options)) > 0) ringer.request()
    } catch (error) {
      log.warn('Archives that are due were not asked for', { error })
    }
  }
  const timer = setInterval(() => void sweep(), interval)
  return { stop: () => clearInterval(timer) }
}
