/** A request as far as it matters for repeating it. */
export interface Repeatable {
  method: string
  /** Whether the API knows a repetition by its `Idempotency-Key`, or the call changes nothing. */
  isSafe: boolean
}

/** What came of an attempt: a status and the code of a problem, or no answer at all. */
export interface Outcome {
  status: number | null
  code: string | null
}

/** Whether the same request may be sent again, and whether that makes sense. */
export function mayRepeat({ isSafe }: Repeatable, { status, code }: Outcome): boolean {
  // Turned away before anything was done.
  if (status === 429) return true
  if (!isSafe) return false
  if (status === 409) return code === 'idempotency_key_in_use'
  return status === null || status === 502 || status === 503 || status === 504
}

const longestPauseMs = 5_000

/**
 * How long to wait before the next attempt: as the answer says, else longer each time with some chance in it, so that
 * many clients don't come back at once.
 */
export function pauseBefore(
  attempt: number,
  { firstPauseMs, retryAfterMs }: { firstPauseMs: number; retryAfterMs: number | null },
): number {
  const byItself = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2)
  return retryAfterMs === null ? byItself : Math.max(retryAfterMs, byItself)
}
