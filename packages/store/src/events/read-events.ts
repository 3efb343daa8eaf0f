import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import { isoTime } from '../jobs/job-row.js'
import { parseSnapshot, type Snapshot } from './snapshot.js'

/** Something that happened, with whom it is about. */
export interface EventRow {
  id: number
  /** The transaction that wrote it. */
  xid: number
  type: string
  /** Null for events that are no job's. */
  jobId: string | null
  jobType: string | null
  instanceId: string | null
  tenant: string | null
  batchId: string | null
  ref: string | null
  /** Counts the events of one job. */
  sequence: number | null
  at: string
  data: JsonObject
}

/** Events of any of these; tenants in lower case. */
export interface EventFilter {
  jobIds?: readonly string[]
  batchIds?: readonly string[]
  tenants?: readonly string[]
}

/** The fields of an event, of tables or aliases `e` (job_events) and `j` (its job, where it has one). */
export const eventFields = `'type', e.type, 'jobId', e.job_id, 'jobType', j.type, 'instanceId', coalesce(e.instance_id, j.instance_id),
  'tenant', coalesce(e.tenant, j.tenant), 'batchId', coalesce(e.batch_id, j.batch_id), 'ref', j.ref, 'sequence', e.sequence,
  'at', ${isoTime('e.created_at')}, 'data', e.data - 'worker' - 'epoch'`

const eventRow = `json_build_object('id', e.id, 'xid', e.xid, ${eventFields})`

const isWanted = `(e.job_id = ANY($3::uuid[]) OR coalesce(e.batch_id, j.batch_id) = ANY($4::uuid[]) OR lower(coalesce(e.tenant, j.tenant)) = ANY($5::text[]))`

/**
 * A statement's own snapshot is what it sees, so this is exact: nothing is in both, nothing in neither. It is planned
 * anew each time: a little that is new is best found by transaction, much of a long time by id.
 */
const newEvents = `
  SELECT pg_current_snapshot()::text AS snapshot, coalesce((SELECT json_agg(row ORDER BY id) FROM (
    SELECT e.id, ${eventRow} AS row FROM job_events e LEFT JOIN jobs j ON j.id = e.job_id
    WHERE (e.xid = ANY($1::bigint[]) OR e.xid >= $2) AND e.id > $6 AND ${isWanted}
      AND ($7::bigint IS NULL OR (e.xid < $7 AND e.xid <> ALL($8::bigint[])))
    ORDER BY e.id LIMIT $9) AS found), '[]') AS events`

/** What was read, and until when. */
export interface EventPage {
  events: EventRow[]
  /** Everything that became visible until then was looked at, unless `isFull`. */
  until: Snapshot
  /** There may be more up to `until`, with higher ids than the last. */
  isFull: boolean
}

/**
 * Events in the order of their ids that became visible after `seen` and, where it is given, not after `until` (else:
 * until now), with ids above `at`.
 */
export async function readEvents(
  database: Database,
  filter: EventFilter,
  from: { seen: Snapshot; until?: Snapshot; at: number },
  limit: number,
): Promise<EventPage> {
  const { seen, until, at } = from
  const [row] = await database.query<{ snapshot: string; events: EventRow[] }>(newEvents, [
    seen.open,
    seen.xmax,
    filter.jobIds ?? [],
    filter.batchIds ?? [],
    filter.tenants ?? [],
    at,
    until?.xmax ?? null,
    until?.open ?? [],
    limit,
  ])
  if (!row) throw new Error('A snapshot is always there.')
  return { events: row.events, until: until ?? parseSnapshot(row.snapshot), isFull: row.events.length >= limit }
}

/** What is visible now. */
export async function readSnapshot(database: Database): Promise<Snapshot> {
  const [row] = await database.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot')
  if (!row) throw new Error('A snapshot is always there.')
  return parseSnapshot(row.snapshot)
}

/** The events of a batch and its jobs that were visible at `until`, from above an id on. */
export async function readBatchEvents(
  database: Database,
  batchId: string,
  from: { until: Snapshot; at: number },
  limit: number,
): Promise<EventRow[]> {
  const rows = await database.query<{ row: EventRow }>(
    `SELECT ${eventRow} AS row FROM (
       SELECT e.* FROM job_events e JOIN jobs o ON o.id = e.job_id WHERE o.batch_id = $1
       UNION ALL SELECT e.* FROM job_events e WHERE e.batch_id = $1) AS e
     LEFT JOIN jobs j ON j.id = e.job_id
     WHERE e.id > $2 AND e.xid < $3 AND e.xid <> ALL($4::bigint[])
     ORDER BY e.id LIMIT $5`,
    [batchId, from.at, from.until.xmax, from.until.open, limit],
    'read-batch-events',
  )
  return rows.map(({ row }) => row)
}

/** The events of a job after a sequence number, in the order of their sequence. */
export async function readJobEvents(
  database: Database,
  jobId: string,
  after: number,
  limit: number,
): Promise<EventRow[]> {
  const rows = await database.query<{ row: EventRow }>(
    `SELECT ${eventRow} AS row FROM job_events e JOIN jobs j ON j.id = e.job_id
     WHERE e.job_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT $3`,
    [jobId, after, limit],
    'read-job-events',
  )
  return rows.map(({ row }) => row)
}

/** Whether a job has ended, and has events after a sequence number; null without the job. */
export async function readJobEnd(
  database: Database,
  jobId: string,
  after: number,
): Promise<{ hasEnded: boolean; hasMore: boolean } | null> {
  const [row] = await database.query<{ hasEnded: boolean; hasMore: boolean }>(
    `SELECT finished_at IS NOT NULL AS "hasEnded",
       EXISTS (SELECT FROM job_events e WHERE e.job_id = j.id AND e.sequence > $2) AS "hasMore" FROM jobs j WHERE id = $1`,
    [jobId, after],
  )
  return row ?? null
}

/** Whether it was told that a batch has ended; null without the batch. */
export async function readBatchEnd(database: Database, batchId: string): Promise<{ hasEnded: boolean } | null> {
  const [row] = await database.query<{ hasEnded: boolean }>(
    'SELECT finished_at IS NOT NULL AS "hasEnded" FROM batches WHERE id = $1',
    [batchId],
  )
  return row ?? null
}
