import type { Answer } from './exchange.js'

/** How much of what a receiver says is kept, in characters. */
const detailLength = 500

/** What the JSON of an answer says of itself: its `status`, and `detail` as one line for people. */
export function readAnswer({ body }: Pick<Answer, 'body'>): { status: string | null; detail: string | null } {
  const read = parsed(body)
  const status = read['status']
  const detail = read['detail']
  return {
    status: typeof status === 'string' ? status : null,
    detail: typeof detail === 'string' && detail.trim() !== '' ? oneLine(detail) : null,
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(body)
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Text of others without control characters, cut to what a record can hold. */
export const oneLine = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, detailLength)

/** What `Retry-After` (seconds or a date) asks for, in milliseconds, from one second to five minutes; null: nothing. */
export function retryAfterMs(header: string | null): number | null {
  if (header === null) return null
  const wished = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(wished) ? Math.min(300_000, Math.max(1_000, wished)) : null
}
