import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'

/** A batch to be written before its jobs, in the same transaction. */
export interface NewBatch {
  id: string
  /** What its items ask for, for example `health.check`. */
  operation: string
  total: number
  options: JsonObject
  /** Whose items they are; empty: those of all, visible only to clients bound to all. */
  tenants: readonly string[]
  requestedBy: string
  onBehalfOf: string | null
  requestId: string | null
}

/** Writes a batch. */
export async function insertBatch(database: Database, batch: NewBatch): Promise<void> {
  await database.query(
    `INSERT INTO batches (id, operation, total, options, tenants, requested_by, on_behalf_of, request_id) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8)`,
    [
      batch.id,
      batch.operation,
      batch.total,
      JSON.stringify(batch.options),
      batch.tenants,
      batch.requestedBy,
      batch.onBehalfOf,
      batch.requestId,
    ],
  )
}
