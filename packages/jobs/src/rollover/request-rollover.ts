import { Failure, type FieldFault, type JsonObject } from '@edfi-tenants/core'
import {
  readRolloverSources,
  type Database,
  type FollowUpOperation,
  type RolloverSelection,
  type Store,
} from '@edfi-tenants/store'
import type { BatchAnswer, BatchOptions, BatchRequest } from '../requests/batches/batch-request.js'
import { describeBatch, type BatchDescription } from '../requests/batches/describe-plan.js'
import { assertFaultless, requestBatch } from '../requests/batches/request-batch.js'
import type { RequestOrigin } from '../requests/request-origin.js'
import { rolloverItems, type RolloverItems, type RolloverOrder } from './rollover-items.js'

/** A rollover as it is asked for. */
export interface RolloverRequest extends RequestOrigin {
  selection: RolloverSelection
  order: RolloverOrder
  /** Leaves out instances that say no school year, instead of refusing. */
  skipUnmatched: boolean
  /** What last year's instances are asked for once all of next year's are there; null: nothing. */
  after: FollowUpOperation | null
  options?: BatchOptions | undefined
  /** What the HTTP contract finds wrong with the items. */
  check: (batch: { operation: string; items: readonly object[] }) => NonNullable<BatchRequest['found']>
  reservedDatabaseNames: readonly string[]
  maxItems: number
}

/** What a rollover would do, and what stands in its way. */
export interface RolloverPlan extends RolloverItems {
  plan: BatchDescription
}

/** Plans a rollover; nothing is written. `faults` is empty when it could be asked for as it is. */
export async function planRollover(database: Database, request: RolloverRequest): Promise<RolloverPlan> {
  const { items, batch } = await prepare(database, request)
  const { plan, faults } = await describeBatch(database, batch)
  return { ...items, faults: [...unmatchedFaults(items, request), ...named(faults, items)], plan }
}

/**
 * Asks for next school year's instances, as a batch whose items carry the ids of this year's as their `ref`. Fails as
 * `requestBatch` does, or with `validation_failed` for instances without a school year, and `nothing_to_roll_over`.
 */
export async function requestRollover(
  store: Pick<Store, 'database'>,
  request: RolloverRequest,
  record?: (database: Database, answer: BatchAnswer) => Promise<void>,
): Promise<BatchAnswer> {
  const { items, batch } = await prepare(store.database, request)
  assertFaultless({ faults: unmatchedFaults(items, request) })
  if (items.successions.length === 0)
    throw new Failure('nothing_to_roll_over', `No instance of the school year ${request.order.fromYear} was found.`, {
      extensions: { otherYears: items.otherYears, unmatched: items.unmatched.length },
    })
  try {
    return await requestBatch(store, batch, record)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'validation_failed') throw error
    assertFaultless({ faults: named(error.errors ?? [], items) })
    throw error
  }
}

async function prepare(
  database: Database,
  request: RolloverRequest,
): Promise<{ items: RolloverItems; batch: BatchRequest }> {
  const { selection, order, after, options, check, actor, requestId, remoteAddress, traceContext } = request
  const items = rolloverItems(await readRolloverSources(database, selection, actor.tenants), order)
  const operation = order.method === 'clone' ? 'instance.clone' : 'instance.create'
  const asked = items.successions.map(({ item }) => item)
  const found = asked.length === 0 ? { faults: [], items: new Set<number>() } : check({ operation, items: asked })
  const faulty = items.faults.flatMap(({ pointer }) => positionOf(pointer) ?? [])
  const { fromYear, toYear, attachCredentials = false } = order
  const followUp: JsonObject | null = after === null ? null : { operation: after }
  const rollover: JsonObject = { fromYear, toYear, attachCredentials, ...(after === null ? {} : { after }) }
  return {
    items,
    batch: {
      ...{ actor, requestId, remoteAddress, ...(traceContext === undefined ? {} : { traceContext }) },
      reservedDatabaseNames: request.reservedDatabaseNames,
      maxItems: request.maxItems,
      operation,
      items: asked,
      options: { ...options, rollover } as BatchOptions,
      found: { faults: [...items.faults, ...found.faults], items: new Set([...found.items, ...faulty]) },
      followUp,
      // Nothing is deleted here.
      deletePolicy: { allowDelete: false },
    },
  }
}

const positionOf = (pointer: string): number | null => {
  const position = /^\/items\/(\d+)(?:\/|$)/.exec(pointer)?.[1]
  return position === undefined ? null : Number(position)
}

/** Faults of items by the instances that they come from: whoever asks has sent no items. */
const named = (faults: readonly FieldFault[], { successions }: RolloverItems): FieldFault[] =>
  faults.map(({ pointer, detail, ...more }) => {
    const position = positionOf(pointer)
    const source = position === null ? undefined : successions[position]?.source
    return {
      ...more,
      pointer: pointer.replace(/^\/items/, '/instances'),
      detail: source && !detail.includes(`"${source.name}"`) ? `${detail} (from "${source.name}")` : detail,
    }
  })

const unmatchedFaults = ({ unmatched }: RolloverItems, { skipUnmatched }: RolloverRequest): FieldFault[] =>
  skipUnmatched
    ? []
    : unmatched.map(({ id, name }) => ({
        pointer: '/skipUnmatched',
        detail: `"${name}" (${id}) says no school year in name, contexts or labels: send "skipUnmatched" to leave such out.`,
      }))
