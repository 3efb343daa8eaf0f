import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'

/** A batch to be written before its jobs, in the same transaction. */
export interface NewBatch {
  id: string
  /** What its items ask for, for example `health.check`. */
  operation: string
  total: number
  /** As they were asked for; those that steer how it runs are kept in columns too. */
  options: { maxParallel?: number | undefined; stopAfterFailures?: number | undefined; canary?: number | undefined }
  /** Whose items they are; empty: those of all, visible only to clients bound to all. */
  tenants: readonly string[]
  requestedBy: string
  onBehalfOf: string | null
  requestId: string | null
  /** The batch whose creations it deletes. */
  undoes?: string | null
  /** The batch after which it was asked for. */
  follows?: string | null
  /** What is to be asked for once it has ended. */
  followUp?: JsonObject | null
}

/** Writes a batch. */
export async function insertBatch(database: Database, batch: NewBatch): Promise<void> {
  await database.query(
    `INSERT INTO batches (id, operation, total, options, max_parallel, stop_after_failures, canary, tenants, requested_by, on_behalf_of, request_id,
       undoes, follows, follow_up)
     SELECT $1, $2, $3, o, (o ->> 'maxParallel')::integer, (o ->> 'stopAfterFailures')::integer, (o ->> 'canary')::integer, $5, $6, $7, $8, $9, $10, $11::jsonb
     FROM (SELECT $4::jsonb AS o) AS options`,
    [
      batch.id,
      batch.operation,
      batch.total,
      JSON.stringify(batch.options),
      batch.tenants,
      batch.requestedBy,
      batch.onBehalfOf,
      batch.requestId,
      batch.undoes ?? null,
      batch.follows ?? null,
      batch.followUp ? JSON.stringify(batch.followUp) : null,
    ],
  )
}
