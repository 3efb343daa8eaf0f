import type { Pool } from '../database.js'
import { eventFields } from '../events/read-events.js'
import { parseSnapshot } from '../events/snapshot.js'
import { healthScheduler } from '../health/schedule-health.js'
import { isoTime } from '../jobs/job-row.js'

/** One process at a time moves over the events. */
const fanOutLock = 4_807_005

/** Whether a webhook `w` wants the type of an event `e`. */
const isOfType = `EXISTS (SELECT FROM unnest(w.event_types) AS t
  WHERE t = '*' OR t = e.type OR (right(t, 2) = '.*' AND starts_with(e.type, left(t, -1))))`

/**
 * Whether a webhook `w` may have an event `e` of a job `j`: all tenants that it is about are the webhook's. What is no
 * tenant's goes to those of all tenants only. Jobs of the health schedule are left out: what they find is told.
 */
const isAllowed = `(w.tenants = '{*}' OR EXISTS (SELECT FROM (
    SELECT CASE WHEN e.tenant IS NOT NULL THEN ARRAY[e.tenant] WHEN e.job_id IS NOT NULL THEN ARRAY[j.tenant] ELSE b.tenants END AS names) AS about
  WHERE cardinality(about.names) > 0 AND NOT EXISTS (SELECT FROM unnest(about.names) AS t
    WHERE t IS NULL OR lower(t) <> ALL(ARRAY(SELECT lower(own) FROM unnest(w.tenants) AS own)))))
  AND j.requested_by IS DISTINCT FROM '${healthScheduler}'`

/** Deliveries and how far was read change together, by the snapshot of this one statement; nothing, while nothing happens. */
const fanOut = `
  WITH delivery AS (
    INSERT INTO webhook_deliveries (id, webhook_id, event_id, type, body)
    SELECT gen_random_uuid(), w.id, e.id, e.type, jsonb_build_object('type', e.type, 'timestamp', ${isoTime('e.created_at')}, 'data', jsonb_build_object(${eventFields}))
    FROM job_events e LEFT JOIN jobs j ON j.id = e.job_id LEFT JOIN batches b ON b.id = e.batch_id
      JOIN webhooks w ON w.disabled_at IS NULL AND w.created_at <= e.created_at AND ${isOfType} AND ${isAllowed}
    WHERE e.xid = ANY($1::bigint[]) OR e.xid >= $2
    ORDER BY e.id
    ON CONFLICT (webhook_id, event_id) DO NOTHING
    RETURNING 1
  ), reader AS (
    UPDATE event_readers SET seen = pg_current_snapshot()::text
    WHERE name = 'webhooks' AND EXISTS (SELECT FROM job_events e WHERE e.xid = ANY($1::bigint[]) OR e.xid >= $2)
  )
  SELECT count(*)::integer AS deliveries FROM delivery`

/**
 * Makes deliveries of the events that became visible since this was last done by any process; gives way when another
 * is at it. Returns how many were made.
 */
export function fanOutEvents(pool: Pool): Promise<number> {
  return pool.transaction(async (database) => {
    const [lock] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
      fanOutLock,
    ])
    if (!lock?.taken) return 0
    const [reader] = await database.query<{ seen: string; now: string }>(
      `SELECT seen, pg_current_snapshot()::text AS now FROM event_readers WHERE name = 'webhooks'`,
    )
    if (!reader) throw new Error('There is no reader of events for webhooks.')
    const seen = parseSnapshot(reader.seen)
    const now = parseSnapshot(reader.now)
    if (seen.xmax > now.xmax) {
      // The database was restored on another server, where transactions are counted anew: all that is there was seen.
      await database.query('UPDATE job_events SET xid = 0 WHERE xid >= $1', [now.xmin])
      await database.query(`UPDATE event_readers SET seen = $1 WHERE name = 'webhooks'`, [reader.now])
      return 0
    }
    const [row] = await database.query<{ deliveries: number }>(fanOut, [seen.open, seen.xmax])
    return row?.deliveries ?? 0
  })
}
