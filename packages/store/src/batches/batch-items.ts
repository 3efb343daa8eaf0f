import type { JobStatus, Problem } from '@edfi-tenants/core'
import type { Database } from '../database.js'

/** What became of the request for an item: a job, or nothing where there was nothing to do. */
export const batchItemOutcomes = ['job', 'unchanged'] as const
export type BatchItemOutcome = (typeof batchItemOutcomes)[number]

/** An item of a batch to be written. */
export interface NewBatchItem {
  /** Its place in the request, from 0. */
  position: number
  ref: string | null
  tenant: string
  instanceId: string | null
  jobId: string | null
  outcome: BatchItemOutcome
}

/** Writes the items of a batch, after the batch and its jobs, in the same transaction. */
export async function insertBatchItems(
  database: Database,
  batchId: string,
  items: readonly NewBatchItem[],
): Promise<void> {
  if (items.length === 0) return
  await database.query(
    `INSERT INTO batch_items (batch_id, position, ref, tenant, instance_id, job_id, outcome)
     SELECT $1, position, ref, tenant, "instanceId", "jobId", outcome
     FROM jsonb_to_recordset($2::jsonb) AS i (position integer, ref text, tenant text, "instanceId" uuid, "jobId" uuid, outcome text)`,
    [batchId, JSON.stringify(items)],
  )
}

/** An item with what has become of it so far. */
export interface BatchItemRow extends NewBatchItem {
  /** Of its instance, as it is now; null where it is gone. */
  name: string | null
  databaseName: string | null
  odsInstanceId: number | null
  /** Of its job; null where there was nothing to do. */
  status: JobStatus | null
  error: Problem | null
}

/** The items of a batch in their order, from behind a position on. Whether the batch may be seen is the caller's to know. */
export const listBatchItems = (
  database: Database,
  batchId: string,
  filter: { status?: string; outcome?: string; ref?: string },
  page: { after: number | null; limit: number },
): Promise<BatchItemRow[]> =>
  database.query<BatchItemRow>(
    `SELECT b.position, b.ref, b.tenant, b.instance_id AS "instanceId", b.job_id AS "jobId", b.outcome, i.name, i.database_name AS "databaseName",
       i.ods_instance_id AS "odsInstanceId", j.status, j.error
     FROM batch_items b LEFT JOIN jobs j ON j.id = b.job_id AND j.batch_id = b.batch_id LEFT JOIN instances i ON i.id = b.instance_id
     WHERE b.batch_id = $1 AND ($2::integer IS NULL OR b.position > $2) AND ($4::text IS NULL OR j.status = $4)
       AND ($5::text IS NULL OR b.outcome = $5) AND ($6::text IS NULL OR b.ref = $6)
     ORDER BY b.position LIMIT $3`,
    [batchId, page.after, page.limit, filter.status ?? null, filter.outcome ?? null, filter.ref ?? null],
  )
