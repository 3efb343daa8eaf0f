const shortestMs = 1_000
const longestMs = 30_000

/**
 * How long to wait before the next try, in milliseconds: half as long as the trouble has lasted, from one second to half
 * a minute, with jitter so that many jobs that failed together do not come back together. The other side's own wish
 * counts where it is longer, up to five minutes.
 */
export function retryDelay(
  troubledForMs: number,
  wishedMs: number | undefined,
  random: () => number = Math.random,
): number {
  const own = Math.min(longestMs, Math.max(shortestMs, troubledForMs / 2))
  return Math.round(Math.max(own * (0.75 + random() / 2), Math.min(wishedMs ?? 0, 300_000)))
}
