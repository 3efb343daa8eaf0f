import type { Batch } from '@edfi-tenants/contract'
import type { BatchRow } from '@edfi-tenants/store'

/** A batch as clients see it. */
export const presentBatch = (row: BatchRow): Batch => ({
  id: row.id,
  number: row.number,
  operation: row.operation,
  status: row.status,
  total: row.total,
  counts: row.counts,
  etaSeconds: row.etaSeconds,
  tenants: row.tenants,
  requestedBy: row.requestedBy,
  onBehalfOf: row.onBehalfOf,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
})
