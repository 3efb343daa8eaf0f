import type { RefusalFault } from '../refusal.js'
import type { ReadRows, Row } from './row.js'

/** Reads JSON Lines (https://jsonlines.org): each line the body of `POST /v1/instances`, and a `ref` if so wished. */
export function readJsonLines(text: string): ReadRows {
  const rows: Row[] = []
  const faults: RefusalFault[] = []
  for (const [at, content] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (content.trim() === '') continue
    const line = at + 1
    const value = parsed(content)
    if (value === undefined) {
      faults.push({ line, where: 'row', detail: 'is no JSON object' })
      continue
    }
    const { ref, ...body } = value
    if (ref !== undefined && typeof ref !== 'string') faults.push({ line, where: 'ref', detail: 'must be text' })
    rows.push({ line, ref: typeof ref === 'string' && ref !== '' ? ref : null, isOfCells: false, body })
  }
  return { rows, faults }
}

function parsed(content: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
