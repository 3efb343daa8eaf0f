const minute = 60_000
const hour = 60 * minute

/** After each failed try the time to the next, in milliseconds; after the last of eight, about a day later, it is given up. */
export const retryDelaysMs: readonly number[] = [10_000, minute, 5 * minute, 30 * minute, 2 * hour, 6 * hour, 15 * hour]

/** The time to the next try after so many; null: no more. A fifth more or less, so that not all come back at once. */
export function retryAfter(attempts: number, delaysMs: readonly number[] = retryDelaysMs): number | null {
  const delay = delaysMs[attempts - 1]
  return delay === undefined ? null : Math.round(delay * (0.8 + Math.random() * 0.4))
}
