import type { FieldFault } from '@edfi-tenants/core'
import { pointerTo } from './json-pointer.js'

/** How deep JSON in a request may be nested; far above any need, far below what exhausts a stack. */
export const maxDepth = 32

const unstorable = /\u0000|\p{Surrogate}/u

/** Whether PostgreSQL can keep a text: no NUL character, no half of a surrogate pair. */
export const isStorable = (value: string): boolean => !unstorable.test(value)

/** Faults of a body that the schema cannot see: text that PostgreSQL cannot keep, and nesting beyond all measure. */
export function storableFaults(body: unknown): FieldFault[] {
  const faults: FieldFault[] = []
  const rest: { value: unknown; pointer: string; depth: number }[] = [{ value: body, pointer: '', depth: 0 }]
  for (let place = rest.pop(); place; place = rest.pop()) {
    const { value, pointer, depth } = place
    if (typeof value === 'string' && !isStorable(value))
      faults.push({ pointer, detail: 'must not contain NUL characters or broken Unicode' })
    if (typeof value !== 'object' || value === null) continue
    if (depth >= maxDepth) {
      faults.push({ pointer, detail: `must not be nested deeper than ${maxDepth} levels` })
      continue
    }
    for (const [key, inner] of Object.entries(value)) {
      const storable = isStorable(key)
      if (!storable) faults.push({ pointer, detail: 'must not have keys with NUL characters or broken Unicode' })
      else rest.push({ value: inner, pointer: pointer + pointerTo(key), depth: depth + 1 })
    }
  }
  return faults
}
