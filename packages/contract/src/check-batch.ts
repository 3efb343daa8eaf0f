import type { FieldFault } from '@edfi-tenants/core'
import { Type, type TArray, type TObject, type TSchema } from '@sinclair/typebox'
import {
  batchBodyOf,
  batchItemChecks,
  batchOperationNames,
  type BatchOperationName,
  type BatchRequestBody,
} from './batch-request.js'
import { isRecord } from './is-record.js'
import { closed, oneOfWords } from './schema.js'
import { storableFaults } from './storable.js'
import { faultsBy } from './validate.js'

/** A batch as the contract sees it. */
export interface CheckedBatch {
  faults: FieldFault[]
  /** The positions of the items that have faults. */
  items: ReadonlySet<number>
  /** As it was sent; null when it is no batch of any kind, or nested beyond measure, so that nothing else can be said of it. */
  body: BatchRequestBody | null
}

const anyBatch = Type.Object({ operation: oneOfWords(batchOperationNames) })

/**
 * What is wrong with a batch by its schema: its faults, and which items they are of, so that the others can still be
 * planned and everything be said at once.
 */
export function checkBatch(body: unknown): CheckedBatch {
  const unstorable = storableFaults(body)
  const nested = unstorable.filter(({ detail }) => detail.includes('nested'))
  if (nested.length > 0) return { faults: nested, items: new Set(), body: null }
  const kind = faultsBy(anyBatch, body)
  if (kind.length > 0 || !isRecord(body)) return { faults: [...unstorable, ...kind], items: new Set(), body: null }
  const operation = body['operation'] as BatchOperationName
  const { envelope, item } = partsOf(operation)
  const given: unknown[] = Array.isArray(body['items']) ? body['items'] : []
  const faults = [
    ...unstorable,
    ...faultsBy(envelope, body),
    ...formFaults(operation, body),
    ...given.flatMap((one, position) => itemFaults(operation, item, one, `/items/${position}`)),
  ]
  const items = new Set(faults.flatMap(({ pointer }) => /^\/items\/(\d+)(?:\/|$)/.exec(pointer)?.[1] ?? []).map(Number))
  return { faults, items, body: body as unknown as BatchRequestBody }
}

const parts = new Map<BatchOperationName, { envelope: TSchema; item: TSchema }>()

/** A batch's schema taken apart: all but its items, and one item. */
function partsOf(operation: BatchOperationName): { envelope: TSchema; item: TSchema } {
  const known = parts.get(operation)
  if (known) return known
  const { properties, required = [] } = batchBodyOf(operation)
  const { items, ...rest } = properties as TObject['properties'] & { items: TArray }
  const anyItems = Type.Array(Type.Unknown(), { minItems: 1 })
  const made = {
    envelope: closed({ ...rest, items: required.includes('items') ? anyItems : Type.Optional(anyItems) }),
    item: items.items,
  }
  parts.set(operation, made)
  return made
}

function itemFaults(operation: BatchOperationName, schema: TSchema, item: unknown, pointer: string): FieldFault[] {
  const more = batchItemChecks[operation]?.(item) ?? []
  return [...faultsBy(schema, item, pointer), ...more.map((fault) => ({ ...fault, pointer: pointer + fault.pointer }))]
}

/** Items or a selector, not both; and what belongs to a selector only beside one. */
function formFaults(operation: BatchOperationName, body: Record<string, unknown>): FieldFault[] {
  if (operation === 'instance.create' || operation === 'instance.clone') return []
  if (body['selector'] === undefined)
    return [
      ...(body['items'] === undefined ? [{ pointer: '/items', detail: 'is required, or else `selector`' }] : []),
      ...['confirmCount', 'parameters'].flatMap((name) =>
        body[name] === undefined ? [] : [{ pointer: `/${name}`, detail: 'belongs to `selector`' }],
      ),
    ]
  if (body['items'] !== undefined) return [{ pointer: '/items', detail: 'must not be given beside `selector`' }]
  const check = operation === 'instance.seed' ? batchItemChecks[operation] : undefined
  return (check?.(body['parameters'] ?? {}) ?? []).map((fault) => ({
    ...fault,
    pointer: `/parameters${fault.pointer}`,
  }))
}
