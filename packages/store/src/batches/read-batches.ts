import type { Database } from '../database.js'
import { isoTime, jobColumns, type JobRow } from '../jobs/job-row.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'

/** How a batch as a whole stands. */
export const batchStatuses = ['running', 'succeeded', 'failed', 'cancelled'] as const
export type BatchStatus = (typeof batchStatuses)[number]

/** Many jobs asked for at once, with how they stand. */
export interface BatchRow {
  id: string
  number: number
  operation: string
  /** `running` until every job has ended; then `failed` when one has failed, else `cancelled` when one was. */
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
  /** From how long the jobs that have ended took; null before the first of them. */
  etaSeconds: number | null
  /** Whose items they are; empty: those of all, visible only to clients bound to all. */
  tenants: string[]
  requestedBy: string
  onBehalfOf: string | null
  createdAt: string
  finishedAt: string | null
}

const of = (status: string): string => `count(*) FILTER (WHERE j.status = '${status}')`

const select = `
  SELECT b.id, b.number, b.operation, b.total, b.tenants, b.requested_by AS "requestedBy", b.on_behalf_of AS "onBehalfOf",
    ${isoTime('b.created_at')} AS "createdAt",
    CASE WHEN c.open > 0 THEN 'running' WHEN c.failed > 0 THEN 'failed' WHEN c.cancelled > 0 THEN 'cancelled' ELSE 'succeeded' END AS status,
    json_build_object('queued', c.queued, 'running', c.running, 'succeeded', c.succeeded, 'failed', c.failed, 'cancelled', c.cancelled,
      'unchanged', greatest(b.total - c.jobs, 0)) AS counts,
    CASE WHEN c.open = 0 THEN 0 WHEN c.ended > 0 THEN ceil(extract(epoch FROM now() - b.created_at) / c.ended * c.open)::integer END AS "etaSeconds",
    CASE WHEN c.open = 0 THEN ${isoTime('coalesce(c.last_end, b.created_at)')} END AS "finishedAt"
  FROM batches b CROSS JOIN LATERAL (
    SELECT count(*) AS jobs, ${of('queued')} AS queued, ${of('running')} AS running, ${of('succeeded')} AS succeeded, ${of('failed')} AS failed,
      ${of('cancelled')} AS cancelled, count(*) FILTER (WHERE j.finished_at IS NULL) AS open, count(j.finished_at) AS ended, max(j.finished_at) AS last_end
    FROM jobs j WHERE j.batch_id = b.id) AS c`

/** Only clients whose bound covers all tenants of a batch see it. */
const withinBound = `($2::text[] IS NULL OR (cardinality(b.tenants) > 0 AND NOT EXISTS (SELECT FROM unnest(b.tenants) AS t WHERE lower(t) <> ALL($2))))`

/** One batch; null when there is none within the bound. */
export async function readBatch(database: Database, id: string, bound: Bound): Promise<BatchRow | null> {
  const [row] = await database.query<BatchRow>(`${select} WHERE b.id = $1 AND ${withinBound}`, [
    id,
    boundParameter(bound),
  ])
  return row ?? null
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
