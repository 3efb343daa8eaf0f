import { preferredWaitSeconds } from '@edfi-tenants/contract'

/** The first look comes soon, for what is quick; later ones further apart, so that many who wait cost little. */
const firstPauseMs = 200
const longestPauseMs = 1_000

/**
 * Looks at a job or batch once, or, where the client prefers to wait, until it has ended; null when it is not to be seen.
 * With the headers that say when to ask again, and what was granted. `call.signal` is read only where somebody waits, as
 * reading makes it.
 */
export async function lookOrWait<Row extends { finishedAt: string | null }>(
  call: { headers: { Prefer?: string | undefined }; readonly signal: AbortSignal },
  look: () => Promise<Row | null>,
): Promise<{ row: Row | null; headers: { 'Retry-After'?: string; 'Preference-Applied'?: string } }> {
  const seconds = preferredWaitSeconds(call.headers.Prefer)
  const row = seconds > 0 ? await waitForEnd(look, { seconds, signal: call.signal }) : await look()
  return {
    row,
    headers: {
      ...(row?.finishedAt === null ? { 'Retry-After': '2' } : {}),
      ...(seconds > 0 ? { 'Preference-Applied': `wait=${seconds}` } : {}),
    },
  }
}

/**
 * Looks at a job or batch until it has ended, the time is up, or nobody waits any more. Returns it as it was at the last
 * look; null when it is no longer to be seen.
 */
async function waitForEnd<Row extends { finishedAt: string | null }>(
  look: () => Promise<Row | null>,
  options: { seconds: number; signal: AbortSignal },
): Promise<Row | null> {
  const until = performance.now() + options.seconds * 1000
  let row = await look()
  for (let pauseMs = firstPauseMs; row && row.finishedAt === null; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const leftMs = until - performance.now()
    if (leftMs <= 0 || options.signal.aborted) break
    await pause(Math.min(pauseMs, leftMs), options.signal)
    row = await look()
  }
  return row
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
