import { errorOf, type Answer } from './answer.js'
import { ApiError } from './api-error.js'
import { mayRepeat, pauseBefore } from './retry-rules.js'

/** A request, whole, so that it can be sent again. */
export interface Outgoing {
  method: string
  url: string
  headers: Headers
  body: ArrayBuffer | null
  signal: AbortSignal
  isSafe: boolean
}

/** How requests are sent. */
export interface SendSettings {
  fetch: typeof globalThis.fetch
  /** How long one attempt may take. */
  timeoutMs: number
  /** How long a failing request is repeated, from its first attempt; 0: never, Infinity: until it succeeds. */
  retryForMs: number
  /** Before the second attempt; twice as long before each further one, at most five seconds. */
  firstPauseMs: number
  /** Hears of every attempt that failed and is repeated. */
  onRetry?: (error: ApiError, inMs: number) => void
}

/**
 * Sends a request and repeats it where that is safe and makes sense. Throws an {@link ApiError} for anything but a success,
 * and the signal's reason when it is aborted.
 */
export async function send(request: Outgoing, settings: SendSettings): Promise<Answer> {
  const startedAt = performance.now()
  for (let attempt = 0; ; attempt++) {
    const { answer, error } = await attemptOnce(request, settings)
    if (answer) return answer
    request.signal.throwIfAborted()
    const pauseMs = pauseBefore(attempt, { firstPauseMs: settings.firstPauseMs, retryAfterMs: error.retryAfterMs })
    const leftMs = settings.retryForMs - (performance.now() - startedAt)
    if (!mayRepeat(request, error) || pauseMs > leftMs) throw error
    settings.onRetry?.(error, pauseMs)
    await pause(pauseMs, request.signal)
  }
}

async function attemptOnce(
  { method, url, headers, body, signal }: Outgoing,
  { fetch, timeoutMs }: SendSettings,
): Promise<{ answer: Answer; error?: never } | { answer?: never; error: ApiError }> {
  // Put together by hand: `AbortSignal.any` keeps what it was made of for as long as the longest-lived of them.
  const attempt = new AbortController()
  const abort = (): void => attempt.abort(signal.reason)
  const timer = setTimeout(() => attempt.abort(new Error(`no answer within ${timeoutMs / 1000} seconds`)), timeoutMs)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: attempt.signal })
    // Whole, so that a connection that breaks in the middle of an answer counts as no answer.
    const answer = { status: response.status, headers: response.headers, body: await response.arrayBuffer() }
    return (answer.status >= 200 && answer.status < 300) || answer.status === 304
      ? { answer }
      : { error: errorOf(answer) }
  } catch (cause) {
    return { error: unreachable(url, cause) }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

function unreachable(url: string, cause: unknown): ApiError {
  const { origin } = new URL(url)
  return new ApiError({ code: 'unreachable', detail: `${origin} does not answer: ${reasonOf(cause)}.`, cause })
}

/** `fetch` itself says only that it failed; the reason is the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return reasonOf(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code === undefined || error.message.includes(code) ? error.message || error.name : `${code} ${error.message}`
}

/** Waits, and rejects at once with the signal's reason when it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as `throwIfAborted` does
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
  })
}
