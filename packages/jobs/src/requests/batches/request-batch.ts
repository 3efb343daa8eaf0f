import { randomUUID } from 'node:crypto'
import { Failure, type JsonObject } from '@edfi-tenants/core'
import {
  insertBatch,
  insertBatchItems,
  insertWork,
  isDeadlock,
  readBatch,
  violatedConstraint,
  type Database,
  type Store,
} from '@edfi-tenants/store'
import { accepted } from '../request-origin.js'
import type { BatchAnswer, BatchOptions, BatchRequest } from './batch-request.js'
import { planBatch, type BatchPlanning } from './plan-batch.js'

/** Its jobs yield to single requests, and go before scheduled ones. */
const batchPriority = 0

/** Names taken between our look and our insert make two more tries worth while; more would be a contest. */
const tries = 3

/** What a unique index or foreign key says when somebody was quicker. */
const overtaken: readonly (string | null)[] = [
  'instances_held_name_key',
  'instances_held_database_name_key',
  'jobs_changing_instance_key',
  'jobs_instance_id_fkey',
]

/**
 * Takes a batch: plans all of it, and writes batch, instances, jobs, items and audit events in one transaction, or
 * nothing. Fails with `validation_failed`, listing every fault with the position of its item, and as {@link planBatch}.
 * `record` runs in the transaction of the write. Whoever calls rings afterwards.
 */
export async function requestBatch(
  store: Pick<Store, 'database'>,
  request: BatchRequest,
  record?: (database: Database, answer: BatchAnswer) => Promise<void>,
): Promise<BatchAnswer> {
  for (let tried = 1; ; tried++) {
    try {
      return await store.database.transaction(async (database) => {
        const planning = await planBatch(database, request, { lock: true })
        assertFaultless(planning)
        const answer = await write(database, request, planning)
        await record?.(database, answer)
        return answer
      })
    } catch (error) {
      if (!overtaken.includes(violatedConstraint(error) ?? '') && !isDeadlock(error)) throw error
      if (tried === tries)
        throw new Failure('name_taken', 'Others take the names of this batch at this very moment. Send it once more.', {
          retryable: true,
          retryAfterMs: 1_000,
        })
    }
  }
}

/** Throws everything that is wrong with a batch, at once. */
export function assertFaultless({ faults }: Pick<BatchPlanning, 'faults'>, extensions: JsonObject = {}): void {
  const [first, ...others] = faults
  if (!first) return
  const rest = others.length === 0 ? '.' : `, and ${others.length} more ${others.length === 1 ? 'fault' : 'faults'}.`
  throw new Failure('validation_failed', `${first.pointer} ${first.detail.replace(/\.$/, '')}${rest}`, {
    errors: [...faults],
    extensions,
  })
}

/** Whether the jobs of a batch wait until it lets them go. */
const isHeld = ({ maxParallel, canary }: BatchOptions): boolean => maxParallel !== undefined || canary !== undefined

async function write(database: Database, request: BatchRequest, planning: BatchPlanning): Promise<BatchAnswer> {
  const id = randomUUID()
  const { operation, options = {}, actor, undoes, follows, followUp } = request
  const place = { batchId: id, priority: batchPriority, held: isHeld(options) }
  const planned = planning.items.map((item) => ({ item, rows: item.start?.rows({ ...place, ref: item.ref }) }))
  const rows = planned.flatMap((one) => one.rows ?? [])
  await insertBatch(database, {
    id,
    operation,
    total: planning.items.length,
    options,
    tenants: tenantsOf(planning, request),
    requestedBy: actor.clientId,
    onBehalfOf: actor.onBehalfOf ?? null,
    requestId: request.requestId,
    undoes: undoes ?? null,
    follows: follows ?? null,
    followUp: followUp ?? null,
  })
  await insertWork(database, {
    instances: rows.flatMap(({ instance }) => instance ?? []),
    jobs: rows.map(({ job }) => job),
    audit: [batchEvent(request, id, planning, rows.length), ...rows.map(({ audit }) => audit)],
  })
  await insertBatchItems(
    database,
    id,
    planned.map(({ item: { position, ref, tenant, instanceId }, rows: written }) => ({
      position,
      ref,
      tenant,
      instanceId: written?.job.instanceId ?? instanceId,
      jobId: written?.job.id ?? null,
      outcome: written ? 'job' : 'unchanged',
    })),
  )
  const batch = await readBatch(database, id, '*')
  if (!batch) throw new Error(`The batch ${id} was not written.`)
  return { batch, jobs: rows.length }
}

/** Whose items they are; a batch without any belongs to whoever asked for it. */
function tenantsOf({ items }: BatchPlanning, { actor }: BatchRequest): string[] {
  if (items.length === 0) return actor.tenants === '*' ? [] : [...actor.tenants]
  return [...new Set(items.map(({ tenant }) => tenant))]
}

function batchEvent(request: BatchRequest, id: string, planning: BatchPlanning, jobs: number) {
  const [tenant, ...others] = tenantsOf(planning, request)
  return accepted(request, 'batch.create', {
    tenant: tenant !== undefined && others.length === 0 ? tenant : null,
    target: `batches/${id}`,
    details: {
      batch: id,
      operation: request.operation,
      items: planning.items.length,
      jobs,
      ...(request.selector ? { selector: JSON.parse(JSON.stringify(request.selector)) as JsonObject } : {}),
      ...(planning.leftOut.length > 0 ? { leftOut: planning.leftOut.length } : {}),
      ...(request.undoes ? { undoes: request.undoes } : {}),
      ...(request.follows ? { follows: request.follows } : {}),
    },
  })
}
