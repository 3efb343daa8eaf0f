import type { FieldFault } from '@edfi-tenants/core'
import type { AskedApplication } from '../../applications/asked-application.js'

/** A new instance, as far as telling it from others under one credential matters. */
export interface ContextsOfItem {
  position: number
  /** Environment and Admin API tenant. */
  scope: string
  contexts: Readonly<Record<string, string>>
  applications: readonly AskedApplication[]
}

interface Known {
  position: number
  pairs: ReadonlySet<string>
}

/**
 * Items that are to share an application, or one credential of it, with an earlier item whose contexts cannot be told
 * from theirs: equal, or all among the other's (ODS/API takes the first instance all of whose contexts are in the route,
 * ignoring case). Each such item is at fault once, as `ambiguous_context`.
 */
export function ambiguousItems(items: readonly ContextsOfItem[]): FieldFault[] {
  const bySharing = new Map<string, Known[]>()
  for (const { position, scope, contexts, applications } of items)
    for (const application of applications) {
      const shared = sharedIn(application)
      if (shared === null) continue
      const key = `${scope} ${shared}`
      append(bySharing, key, { position, pairs: pairsOf(contexts) })
    }
  const faults = new Map<number, FieldFault>()
  for (const known of bySharing.values())
    for (const [position, other] of alike(known))
      faults.set(position, {
        pointer: `/items/${position}/contexts`,
        detail: `cannot be told from those of the item at position ${other} by the application that both are to have`,
        code: 'ambiguous_context',
      })
  return [...faults.values()]
}

function append(lists: Map<string, Known[]>, key: string, one: Known): void {
  const list = lists.get(key)
  if (list) list.push(one)
  else lists.set(key, [one])
}

const sharedIn = (application: AskedApplication): string | null => {
  if ('applicationId' in application) return `application ${application.applicationId}`
  return 'apiClientId' in application ? `client ${application.apiClientId}` : null
}

const pairsOf = (contexts: Readonly<Record<string, string>>): Set<string> =>
  new Set(Object.entries(contexts).map(([key, value]) => JSON.stringify([key.toLowerCase(), value.toLowerCase()])))

/**
 * Pairs of which one has all contexts of the other: later position → earlier. Each is kept under the rarest of its
 * contexts, so that thousands with one school year in common are not all compared with each other.
 */
function alike(known: readonly Known[]): Map<number, number> {
  const frequency = new Map<string, number>()
  for (const { pairs } of known) for (const pair of pairs) frequency.set(pair, (frequency.get(pair) ?? 0) + 1)
  const byRarest = new Map<string, Known[]>()
  for (const one of known) {
    const rarest = [...one.pairs].sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0))[0] ?? ''
    append(byRarest, rarest, one)
  }
  const found = new Map<number, number>()
  for (const one of known)
    for (const pair of ['', ...one.pairs])
      for (const other of byRarest.get(pair) ?? [])
        if (other !== one && [...other.pairs].every((each) => one.pairs.has(each))) {
          const [earlier, later] = [one.position, other.position].sort((a, b) => a - b) as [number, number]
          if (!found.has(later)) found.set(later, earlier)
        }
  return found
}
