import type { Batch, BatchItem } from '@edfi-tenants/contract'
import type { BatchItemRow, BatchRow } from '@edfi-tenants/store'

/** A batch as clients see it. */
export const presentBatch = (row: BatchRow): Batch => ({
  id: row.id,
  number: row.number,
  operation: row.operation,
  status: row.status,
  total: row.total,
  counts: row.counts,
  etaSeconds: row.etaSeconds,
  options: row.options,
  pausedBy: row.pausedBy,
  undoes: row.undoes,
  follows: row.follows,
  tenants: row.tenants,
  requestedBy: row.requestedBy,
  onBehalfOf: row.onBehalfOf,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
})

/** An item of a batch as clients see it. */
export const presentBatchItem = (row: BatchItemRow): BatchItem => ({
  position: row.position,
  ref: row.ref,
  tenant: row.tenant,
  instanceId: row.instanceId,
  name: row.name,
  databaseName: row.databaseName,
  odsInstanceId: row.odsInstanceId,
  outcome: row.outcome,
  jobId: row.jobId,
  status: row.status,
  error: row.error,
})
