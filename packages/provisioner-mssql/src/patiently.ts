import { setTimeout as sleep } from 'node:timers/promises'
import { hasNumber, stopped } from './errors.js'
import type { Settings } from './settings.js'

/**
 * Faults that Azure asks its clients to wait out: failovers, throttling, too many operations at once.
 * https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 */
export const transientNumbers = [40613, 40197, 40501, 49918, 49919, 49920, 10928, 10929]

const attempts = 5
const longestWaitMs = 60_000

/**
 * Runs work that has no effect when it fails so, and again as long as the server says that it is busy: five times, with
 * waits that double from the settings' `retryAfterMs`. The last failure is thrown; the job may repeat that too.
 */
export async function patiently<Result>(
  { retryAfterMs }: Pick<Settings, 'retryAfterMs'>,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work()
    } catch (error) {
      if (retryAfterMs === undefined || attempt >= attempts || !hasNumber(error, transientNumbers)) throw error
      const waitMs = Math.min(retryAfterMs * 2 ** (attempt - 1), longestWaitMs)
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw stopped(signal)
      })
    }
}
