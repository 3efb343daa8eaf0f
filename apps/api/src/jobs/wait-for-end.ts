import { isFinished } from '@edfi-tenants/core'
import type { JobRow } from '@edfi-tenants/store'

/** The first look comes soon, for jobs that are quick; later ones further apart, so that many who wait cost little. */
const firstPauseMs = 200
const longestPauseMs = 1_000

/**
 * Looks at a job until it has ended, the time is up, or nobody waits any more. Returns it as it was at the last look;
 * null when it is no longer to be seen.
 */
export async function waitForEnd(
  look: () => Promise<JobRow | null>,
  options: { seconds: number; signal: AbortSignal },
): Promise<JobRow | null> {
  const until = performance.now() + options.seconds * 1000
  let job = await look()
  for (let pauseMs = firstPauseMs; job && !isFinished(job.status); pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const leftMs = until - performance.now()
    if (leftMs <= 0 || options.signal.aborted) break
    await pause(Math.min(pauseMs, leftMs), options.signal)
    job = await look()
  }
  return job
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
