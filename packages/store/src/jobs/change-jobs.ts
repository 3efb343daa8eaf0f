import type { Database } from '../database.js'

/**
 * Marks a job as to be cancelled; a worker sees it at its next heartbeat. One that has not begun needs no slot to be
 * ended, so it does not wait for one. False when it has ended already.
 */
export async function requestCancel(database: Database, jobId: string): Promise<boolean> {
  const rows = await database.query(
    `WITH j AS (UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now()), next_run_at = least(next_run_at, now()),
       needs_slot = needs_slot AND started_at IS NOT NULL, event_count = event_count + 1 WHERE id = $1 AND finished_at IS NULL RETURNING id, event_count),
     event AS (INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, 'job.cancel-requested', '{}' FROM j)
     SELECT id FROM j`,
    [jobId],
  )
  return rows.length > 0
}

/** What retrying a job begins with: its last state is put aside, its undone steps are to be done again. */
export interface JobRestart {
  jobId: string
  /** Whether one of its steps needs a slot. */
  needsSlot: boolean
  /** Whether the job's instance is to be in the making again. */
  instanceProvisioning: boolean
}

/**
 * Queues a failed or cancelled job again, from its first step that does not stand. What a step saved stays unless it was
 * undone: its second try must know how far the first one came. False when it is in another state
 * meanwhile. Runs into the unique indexes of `insertWork` when the names or the instance were taken since.
 */
export async function restartJob(database: Database, restart: JobRestart): Promise<boolean> {
  const rows = await database.query(
    `WITH j AS (
       UPDATE jobs SET status = 'queued', direction = 'forward', attempt = attempt + 1, waiting_for = NULL, next_run_at = now(), rung_at = NULL,
         needs_slot = $2, error = NULL, outcome = NULL, result = NULL, troubled_since = NULL, cancel_requested_at = NULL, finished_at = NULL,
         event_count = event_count + 1
       WHERE id = $1 AND status IN ('failed', 'cancelled') RETURNING id, instance_id, attempt, event_count
     ), step AS (
       UPDATE job_steps s SET status = 'pending', error = NULL, detail = NULL, output = CASE WHEN s.status <> 'undone' THEN s.output END,
         attempts = CASE WHEN s.status <> 'undone' THEN s.attempts ELSE 0 END, started_at = NULL, finished_at = NULL
       FROM j WHERE s.job_id = j.id AND s.status NOT IN ('succeeded', 'skipped')
     ), instance AS (
       UPDATE instances i SET status = 'provisioning', status_reason = NULL, name_held = true, updated_at = now()
       FROM j WHERE $3 AND i.id = j.instance_id
     ), event AS (
       INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, 'job.retried', jsonb_build_object('attempt', attempt) FROM j
     )
     SELECT id FROM j`,
    [restart.jobId, restart.needsSlot, restart.instanceProvisioning],
  )
  return rows.length > 0
}
