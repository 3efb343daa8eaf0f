const firstMs = 1_000
const longestMs = 30_000

/**
 * How long to wait before the next try, in milliseconds: doubling from one second to half a minute, with full jitter in
 * its upper half so that many jobs that failed together do not come back together. The other side's own wish counts
 * where it is longer, up to five minutes.
 */
export function retryDelay(attempts: number, wishedMs: number | undefined, random: () => number = Math.random): number {
  const step = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(0, attempts - 1), 10))
  const own = step / 2 + (step / 2) * random()
  return Math.round(Math.max(own, Math.min(wishedMs ?? 0, 300_000)))
}
