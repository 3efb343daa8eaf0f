import { ApiError, type FieldFault } from './api-error.js'

/** An answer that has arrived as a whole. */
export interface Answer {
  status: number
  headers: Headers
  body: ArrayBuffer
}

/** Statuses that `Response` takes no body with. */
const bodiless = new Set([101, 204, 205, 304])

/** The answer as `fetch` would have given it. */
export const responseOf = ({ status, headers, body }: Answer): Response =>
  new Response(bodiless.has(status) ? null : body, { status, headers })

/** What `Retry-After` asks for, in seconds or as a date; null where there is none. */
export function retryAfterMs(headers: Headers, now = Date.now()): number | null {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

function problemIn({ headers, body }: Answer): Record<string, unknown> | null {
  if (!/\bjson\b/i.test(headers.get('content-type') ?? '')) return null
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const isFault = (value: unknown): value is FieldFault =>
  typeof value === 'object' &&
  value !== null &&
  'pointer' in value &&
  typeof value.pointer === 'string' &&
  'detail' in value &&
  typeof value.detail === 'string'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The error that an answer other than a success means. */
export function errorOf(answer: Answer): ApiError {
  const { status, headers } = answer
  const problem = problemIn(answer)
  const requestId = textOf(problem?.['requestId']) ?? headers.get('x-request-id')
  const code = textOf(problem?.['code'])
  const location = headers.get('location')
  if (problem === null || code === undefined)
    return new ApiError({
      code: 'unexpected_answer',
      status,
      requestId,
      retryAfterMs: retryAfterMs(headers),
      detail:
        status >= 300 && status < 400 && location !== null
          ? `The address leads on to ${location}; give that one.`
          : `An answer with the status ${status} came that is not this API’s; look at the address and at proxies before it.`,
    })
  const errors = problem['errors']
  return new ApiError({
    code,
    status,
    title: textOf(problem['title']) ?? code,
    detail: textOf(problem['detail']) ?? textOf(problem['title']) ?? code,
    requestId,
    errors: Array.isArray(errors) ? errors.filter(isFault) : [],
    retryAfterMs: retryAfterMs(headers),
    body: problem,
  })
}
