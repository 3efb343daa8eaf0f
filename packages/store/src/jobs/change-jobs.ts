import type { Database } from '../database.js'

/**
 * Marks a job as to be cancelled; a worker sees it at its next heartbeat. One that has not begun needs no slot to be
 * ended, so it does not wait for one, nor for its batch. False when it has ended already.
 */
export async function requestCancel(database: Database, jobId: string): Promise<boolean> {
  const rows = await database.query(
    `WITH j AS (UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, now()), next_run_at = least(next_run_at, now()),
       needs_slot = needs_slot AND started_at IS NOT NULL, held = false, event_count = event_count + 1 WHERE id = $1 AND finished_at IS NULL RETURNING id, event_count),
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

/** A job of a batch that is paused, or says itself how much is at work, waits until its batch lets it go. */
const isHeldBack = `EXISTS (SELECT FROM batches b WHERE b.id = jobs.batch_id
  AND (b.paused_at IS NOT NULL OR b.max_parallel IS NOT NULL OR (b.canary IS NOT NULL AND NOT b.canary_passed)))`

/**
 * Queues failed and cancelled jobs again, each from its first step that does not stand. What a step saved stays unless it
 * was undone: its second try must know how far the first one came. Returns the ids of those that were still failed or
 * cancelled. Runs into the unique indexes of `insertWork` when the names or the instance of one were taken since. Their
 * batches are to be opened again before (`reopenBatches`).
 */
export async function restartJobs(database: Database, restarts: readonly JobRestart[]): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `WITH restart AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("jobId" uuid, "needsSlot" boolean, "instanceProvisioning" boolean)
     ), j AS (
       UPDATE jobs SET status = 'queued', direction = 'forward', attempt = attempt + 1, waiting_for = NULL, next_run_at = now(), rung_at = NULL,
         needs_slot = restart."needsSlot", error = NULL, outcome = NULL, result = NULL, troubled_since = NULL, cancel_requested_at = NULL,
         finished_at = NULL, held = ${isHeldBack}, event_count = event_count + 1
       FROM restart WHERE id = restart."jobId" AND status IN ('failed', 'cancelled')
       RETURNING id, instance_id, attempt, event_count, restart."instanceProvisioning" AS provisioning
     ), step AS (
       UPDATE job_steps s SET status = 'pending', error = NULL, detail = NULL, output = CASE WHEN s.status <> 'undone' THEN s.output END,
         attempts = CASE WHEN s.status <> 'undone' THEN s.attempts ELSE 0 END, started_at = NULL, finished_at = NULL
       FROM j WHERE s.job_id = j.id AND s.status NOT IN ('succeeded', 'skipped')
     ), instance AS (
       UPDATE instances i SET status = 'provisioning', status_reason = NULL, name_held = true, updated_at = now()
       FROM j WHERE j.provisioning AND i.id = j.instance_id
     ), event AS (
       INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, 'job.retried', jsonb_build_object('attempt', attempt) FROM j
     )
     SELECT id FROM j`,
    [JSON.stringify(restarts)],
  )
  return rows.map(({ id }) => id)
}
