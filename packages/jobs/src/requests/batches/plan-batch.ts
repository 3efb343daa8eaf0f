import { Failure, type FieldFault } from '@edfi-tenants/core'
import type { Database, SelectedInstance } from '@edfi-tenants/store'
import type { BatchItem, BatchRequest } from './batch-request.js'
import { inItemOrder } from './item-faults.js'
import { planChanges } from './plan-changes.js'
import { planCreations } from './plan-creations.js'
import type { PlannedItem } from './planned-item.js'
import { selectItems, tooLarge } from './select-items.js'

/** What a batch comes to: its items with everything decided about them, and everything that is wrong. */
export interface BatchPlanning {
  /** Items asked for, those at fault included. */
  total: number
  /** Those without faults. */
  items: PlannedItem[]
  /** In the order of the items; nothing may be started while there are any. */
  faults: FieldFault[]
  /** Protected instances that a selector has left out. */
  leftOut: SelectedInstance[]
}

/**
 * Plans a batch, without writing anything. Faults of items are listed; fails with what concerns the whole:
 * `batch_too_large`, `count_differs`, or `deletion_disabled`. `lock`, for use in the transaction that writes it, keeps
 * what it depends on as it is until that ends.
 */
export async function planBatch(
  database: Database,
  request: BatchRequest,
  { lock, isPlan = false }: { lock: boolean; isPlan?: boolean },
): Promise<BatchPlanning> {
  const { operation, maxItems, deletePolicy, found } = request
  if (operation === 'instance.delete' && !deletePolicy.allowDelete)
    throw new Failure('deletion_disabled', 'Deletion is switched off in this installation.')
  if (request.items && request.items.length > maxItems) throw tooLarge(request.items.length, maxItems)
  const isSelected = request.items === undefined && request.selector !== undefined && (found?.faults.length ?? 0) === 0
  const { items, leftOut } = isSelected
    ? await selectItems(database, request, { isPlan })
    : { items: request.items ?? [], leftOut: [] }
  const positions = items.map((_, position) => position).filter((position) => !found?.items.has(position))
  const pointerOf = (position: number): string => (isSelected ? '/selector' : `/items/${position}`)
  const planned =
    operation === 'instance.create' || operation === 'instance.clone'
      ? await planCreations(database, request, positions, { lock })
      : await planChanges(database, request, items, positions, { lock, pointerOf })
  const faults = inItemOrder([...(found?.faults ?? []), ...repeatedRefs(items, positions), ...planned.faults])
  const faulty = new Set(faults.map(({ pointer }) => pointer.split('/', 3).join('/')))
  return {
    total: items.length,
    items: planned.items.filter(({ position }) => !faulty.has(`/items/${position}`)),
    faults,
    leftOut,
  }
}

/** By a reference the caller finds an item again, so no two have the same. */
function repeatedRefs(items: readonly BatchItem[], positions: readonly number[]): FieldFault[] {
  const firstWith = new Map<string, number>()
  return positions.flatMap((position) => {
    const ref = items[position]?.ref
    if (ref === undefined) return []
    const first = firstWith.get(ref)
    if (first === undefined) {
      firstWith.set(ref, position)
      return []
    }
    return [{ pointer: `/items/${position}/ref`, detail: `is that of the item at position ${first} already` }]
  })
}
