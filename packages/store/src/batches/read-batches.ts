import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import { tellBatchesFinished } from '../events/batch-finished.js'
import { isoTime, jobColumns, type JobRow } from '../jobs/job-row.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'

/** How a batch as a whole stands. */
export const batchStatuses = ['running', 'paused', 'succeeded', 'failed', 'cancelled'] as const
export type BatchStatus = (typeof batchStatuses)[number]

/** Why a batch is paused: it was asked for, too many jobs failed, or its first ones did. */
export const pauseReasons = ['request', 'failures', 'canary'] as const
export type PauseReason = (typeof pauseReasons)[number]

/** Many jobs asked for at once, with how they stand. */
export interface BatchRow {
  id: string
  number: number
  operation: string
  /** `running` (or `paused`) until every job has ended; then `failed` when one has failed, else `cancelled` when one was. */
  status: BatchStatus
  /** Items asked for. */
  total: number
  counts: {
    queued: number
    running: number
    succeeded: number
    failed: number
    cancelled: number
    /** Items for which there was nothing to do. */
    unchanged: number
  }
  /** From the rate at which its last jobs ended; null before the first of them, and while it is paused. */
  etaSeconds: number | null
  options: JsonObject
  /** Null: it is not paused. */
  pausedBy: PauseReason | null
  /** The batch whose creations it deletes. */
  undoes: string | null
  /** The batch after which it was asked for. */
  follows: string | null
  /** Whose items they are; empty: those of all, visible only to clients bound to all. */
  tenants: string[]
  requestedBy: string
  onBehalfOf: string | null
  createdAt: string
  finishedAt: string | null
}

/** How many of the last jobs that ended make the rate. */
const rateJobs = 50

const of = (status: string): string => `coalesce(sum(n) FILTER (WHERE status = '${status}'), 0)`

/**
 * The counts of batch `b` as `c`, from an index alone; for a batch that has ended, from its row. `rate` reads the ends of
 * its last jobs from another index.
 */
const counted = `LEFT JOIN LATERAL (
    SELECT ${of('queued')} AS queued, ${of('running')} AS running, ${of('succeeded')} AS succeeded, ${of('failed')} AS failed,
      ${of('cancelled')} AS cancelled, coalesce(sum(n), 0) AS jobs, coalesce(sum(n) FILTER (WHERE status IN ('queued', 'running')), 0) AS open
    FROM (SELECT j.status, count(*) AS n FROM jobs j WHERE j.batch_id = b.id AND b.finished_at IS NULL GROUP BY j.status) AS by_status
  ) AS c ON true`

const countsObject = `jsonb_build_object('queued', c.queued, 'running', c.running, 'succeeded', c.succeeded, 'failed', c.failed,
  'cancelled', c.cancelled, 'unchanged', greatest(b.total - c.jobs, 0))`

const endStatus = `CASE WHEN c.failed > 0 THEN 'failed' WHEN c.cancelled > 0 THEN 'cancelled' ELSE 'succeeded' END`

const select = `
  SELECT b.id, b.number, b.operation, b.total, b.options, b.tenants, b.requested_by AS "requestedBy", b.on_behalf_of AS "onBehalfOf",
    b.undoes, b.follows, ${isoTime('b.created_at')} AS "createdAt", b.reopened,
    CASE WHEN b.finished_at IS NOT NULL THEN b.status WHEN c.open > 0 THEN CASE WHEN b.paused_at IS NULL THEN 'running' ELSE 'paused' END
      ELSE ${endStatus} END AS status,
    CASE WHEN b.finished_at IS NULL AND c.open > 0 THEN b.paused_by END AS "pausedBy",
    CASE WHEN b.finished_at IS NULL THEN ${countsObject} ELSE b.counts END AS counts,
    CASE WHEN b.finished_at IS NOT NULL OR c.open = 0 THEN 0
      WHEN b.paused_at IS NULL AND rate.ended > 0 THEN ceil(extract(epoch FROM now() - rate.since) / rate.ended * c.open)::integer END AS "etaSeconds",
    ${isoTime(`CASE WHEN b.finished_at IS NULL AND c.open = 0
      THEN coalesce((SELECT max(j.finished_at) FROM jobs j WHERE j.batch_id = b.id AND j.finished_at IS NOT NULL), b.created_at) ELSE b.finished_at END`)} AS "finishedAt",
    b.finished_at IS NULL AND c.open = 0 AS "justEnded"
  FROM batches b ${counted}
  LEFT JOIN LATERAL (
    SELECT least(count(*), ${rateJobs}) AS ended, CASE WHEN count(*) > ${rateJobs} THEN min(finished_at) ELSE b.created_at END AS since
    FROM (SELECT j.finished_at FROM jobs j WHERE j.batch_id = b.id AND b.finished_at IS NULL AND j.finished_at IS NOT NULL
          ORDER BY j.finished_at DESC LIMIT ${rateJobs + 1}) AS last
  ) AS rate ON true`

type ReadRow = BatchRow & { justEnded: boolean; reopened: number }

function withoutMarks(row: ReadRow): BatchRow {
  const batch: Partial<ReadRow> = { ...row }
  delete batch.justEnded
  delete batch.reopened
  return batch as BatchRow
}

/** Only clients whose bound covers all tenants of a batch see it. */
const withinBound = `($2::text[] IS NULL OR (cardinality(b.tenants) > 0 AND NOT EXISTS (SELECT FROM unnest(b.tenants) AS t WHERE lower(t) <> ALL($2))))`

/** One batch; null when there is none within the bound. */
export async function readBatch(database: Database, id: string, bound: Bound): Promise<BatchRow | null> {
  const [row] = await database.query<ReadRow>(
    `${select} WHERE b.id = $1 AND ${withinBound}`,
    [id, boundParameter(bound)],
    'read-batch',
  )
  if (!row) return null
  const batch = withoutMarks(row)
  if (row.justEnded) await settleBatch(database, batch, row.reopened)
  return batch
}

/**
 * Keeps how a batch has ended in its row, so that nobody counts its jobs again, and tells it in an event. Not when jobs
 * of it were begun again since it was read.
 */
async function settleBatch(database: Database, batch: BatchRow, reopened: number): Promise<void> {
  await database.query(
    `WITH ended AS (
       UPDATE batches SET status = $2, counts = $3::jsonb, finished_at = $4::timestamptz, paused_at = NULL, paused_by = NULL
       WHERE id = $1 AND finished_at IS NULL AND reopened = $5 RETURNING *
     ) ${tellBatchesFinished('ended')}`,
    [batch.id, batch.status, JSON.stringify(batch.counts), batch.finishedAt, reopened],
  )
}

/**
 * The same for all batches that have ended; returns their ids. For lists, and for sweeps that wait for the end of a
 * batch.
 */
export async function settleEndedBatches(database: Database): Promise<string[]> {
  const open = await database.query<{ id: string }>(
    `SELECT b.id FROM batches b WHERE b.finished_at IS NULL
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.batch_id = b.id AND j.status IN ('queued', 'running'))`,
  )
  const settled: string[] = []
  for (const { id } of open) {
    const batch = await readBatch(database, id, '*')
    if (batch?.finishedAt) settled.push(id)
  }
  return settled
}

/**
 * Opens batches again of which ended jobs are about to be begun again; in the transaction that begins them, and before
 * it does.
 */
export async function reopenBatches(database: Database, ids: readonly string[]): Promise<void> {
  await database.query(
    `UPDATE batches SET status = 'running', counts = NULL, finished_at = NULL, reopened = reopened + 1 WHERE id = ANY($1::uuid[])`,
    [ids],
  )
}

export interface BatchFilter {
  operation?: string
  status?: string
  tenant?: string
}

/** Batches newest first, from below a number on. */
export async function listBatches(
  database: Database,
  filter: BatchFilter,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<BatchRow[]> {
  await settleEndedBatches(database)
  const rows = await database.query<ReadRow>(
    `${select} WHERE ${withinBound} AND ($3::integer IS NULL OR b.number < $3) AND ($4::text IS NULL OR b.operation = $4)
       AND ($1::text IS NULL OR CASE WHEN b.finished_at IS NULL AND b.paused_at IS NOT NULL THEN 'paused' ELSE b.status END = $1)
       AND ($5::text IS NULL OR EXISTS (SELECT FROM unnest(b.tenants) AS t WHERE lower(t) = lower($5)))
     ORDER BY b.number DESC LIMIT $6`,
    [
      filter.status ?? null,
      boundParameter(page.bound),
      page.before,
      filter.operation ?? null,
      filter.tenant ?? null,
      page.limit,
    ],
  )
  return rows.map(withoutMarks)
}

/** The jobs of a batch in the order of its items, from above a number on. Whether the batch may be seen is the caller's to know. */
export function listBatchJobs(
  database: Database,
  batchId: string,
  filter: { status?: string },
  page: { after: number | null; limit: number },
): Promise<JobRow[]> {
  return database.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs j WHERE j.batch_id = $1 AND ($2::integer IS NULL OR j.number > $2) AND ($3::text IS NULL OR j.status = $3)
     ORDER BY j.number LIMIT $4`,
    [batchId, page.after, filter.status ?? null, page.limit],
  )
}
