import { Failure } from '@edfi-tenants/core'
import { selectInstances, type Database, type SelectedInstance } from '@edfi-tenants/store'
import type { BatchItem, BatchRequest } from './batch-request.js'
import { changeOperations, type ChangeOperation } from './change-operations.js'

/** What a selector stands for. */
export interface Selection {
  items: BatchItem[]
  /** Protected instances that fit, and are left out. */
  leftOut: SelectedInstance[]
}

/**
 * The items that a selector stands for, in the order of the instances' numbers; each is confirmed by its own name, for
 * their number was. Fails with `batch_too_large`, or `count_differs` when another number was expected; `isPlan` lets it
 * be left out.
 */
export async function selectItems(
  database: Database,
  request: BatchRequest,
  { isPlan }: { isPlan: boolean },
): Promise<Selection> {
  const { destructive, selects } = changeOperations[request.operation as ChangeOperation]
  const { status, ...selector } = request.selector ?? {}
  const found = await selectInstances(
    database,
    { ...selector, statuses: status === undefined ? selects : [status] },
    { bound: request.actor.tenants, limit: 100_000 },
  )
  const leftOut = destructive ? found.filter(({ deletionProtection }) => deletionProtection) : []
  const selected = destructive ? found.filter(({ deletionProtection }) => !deletionProtection) : found
  if (request.confirmCount !== undefined || !isPlan) assertCount(request.confirmCount, selected, leftOut)
  if (selected.length > request.maxItems) throw tooLarge(selected.length, request.maxItems)
  return {
    items: selected.map(({ id, name }) => ({ ...request.parameters, instanceId: id, confirm: name })),
    leftOut,
  }
}

function assertCount(
  confirmCount: number | undefined,
  selected: readonly SelectedInstance[],
  leftOut: readonly SelectedInstance[],
): void {
  if (confirmCount === selected.length) return
  const besides = leftOut.length === 0 ? '' : `, besides ${leftOut.length} that are protected and left out`
  throw new Failure(
    'count_differs',
    `The selector stands for ${selected.length} instances${besides}; "confirmCount" ${confirmCount === undefined ? 'is missing' : `says ${confirmCount}`}.`,
    { extensions: { count: selected.length, protectedCount: leftOut.length } },
  )
}

/** The refusal of more items than a batch may have. */
export const tooLarge = (items: number, maxItems: number): Failure =>
  new Failure('batch_too_large', `The batch has ${items} items; it may have ${maxItems}.`, {
    extensions: { items, maxItems },
  })
