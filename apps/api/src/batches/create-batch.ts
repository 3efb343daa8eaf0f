import { batchScopes, checkBatch, invalid, operations, pathOf, type CheckedBatch } from '@edfi-tenants/contract'
import { Failure, hasScope, type Actor, type JsonObject } from '@edfi-tenants/core'
import {
  assertFaultless,
  describeBatch,
  requestBatch,
  type BatchAnswer,
  type BatchItem,
  type BatchRequest,
} from '@edfi-tenants/jobs'
import type { AnswerOf } from '../http/answer.js'
import type { Call } from '../http/call.js'
import type { Parts } from '../parts.js'
import { presentBatch } from './present-batch.js'

type Create = typeof operations.createBatch

/** `POST /v1/batches`: a batch, or only the plan; every fault at once, whoever finds it. */
export async function createBatch(parts: Parts, call: Call<Create>): Promise<AnswerOf<Create>> {
  const request = batchRequest(parts, call)
  if (call.query.validateOnly) {
    const { plan, faults } = await describeBatch(parts.store.database, request)
    assertFaultless({ faults }, { plan: { valid: false, ...plan } as unknown as JsonObject })
    return { status: 200, body: { valid: true, ...plan } }
  }
  const answer = await requestBatch(
    parts.store,
    request,
    call.isKept ? (database, taken) => call.keep(database, presentTakenBatch(taken)) : undefined,
  )
  if (answer.jobs > 0) parts.ringer.request()
  return presentTakenBatch(answer)
}

/** A 202 for a batch. */
export const presentTakenBatch = ({ batch }: Pick<BatchAnswer, 'batch'>) => ({
  status: 202 as const,
  headers: { Location: pathOf(operations.getBatch, { id: batch.id }), 'Retry-After': '2' },
  body: { batch: presentBatch(batch) },
})

function batchRequest(parts: Parts, { body: sent, origin, actor }: Call<Create>): BatchRequest {
  assertSize(sent, parts.batchMaxItems)
  const { body, ...found } = checkBatch(sent)
  if (!body) throw invalid(found.faults)
  assertScope(body, actor)
  const { operation, options } = body
  const items = 'items' in body && Array.isArray(body.items) ? (body.items as BatchItem[]) : undefined
  return {
    ...origin,
    operation,
    items,
    ...('selector' in body ? { selector: body.selector } : {}),
    ...('confirmCount' in body ? { confirmCount: body.confirmCount } : {}),
    ...('parameters' in body ? { parameters: body.parameters } : {}),
    options,
    found,
    reservedDatabaseNames: parts.reservedDatabaseNames,
    deletePolicy: parts.deletePolicy,
    maxItems: parts.batchMaxItems,
  }
}

/** Before anything else is looked at, so that nobody makes us check a million items. */
function assertSize(sent: unknown, maxItems: number): void {
  const { items } = (sent ?? {}) as { items?: unknown }
  if (Array.isArray(items) && items.length > maxItems)
    throw new Failure('batch_too_large', `The batch has ${items.length} items; it may have ${maxItems}.`, {
      extensions: { items: items.length, maxItems },
    })
}

function assertScope({ operation }: NonNullable<CheckedBatch['body']>, actor: Actor): void {
  const needed = batchScopes[operation]
  if (!hasScope(actor.scopes, needed))
    throw new Failure('insufficient_scope', `A batch of "${operation}" needs the scope "${needed}".`)
}
