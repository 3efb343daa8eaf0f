import { setTimeout as pause } from 'node:timers/promises'
import { Failure, type InstanceStatus, type JobOutcome, type Problem } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Bound } from '../jobs/read-jobs.js'
import { holdTaking } from '../jobs/take-due-jobs.js'
import { advance } from './advance-batches.js'
import { readBatch, type BatchRow } from './read-batches.js'

/**
 * One batch, locked until the transaction ends: no job of it is taken or restarted meanwhile, though those at work go on.
 * Null when there is none within the bound. Whoever locks instances besides does so afterwards.
 */
export async function lockBatch(database: Database, id: string, bound: Bound): Promise<BatchRow | null> {
  await holdTaking(database)
  await database.query('SELECT id FROM batches WHERE id = $1 FOR NO KEY UPDATE', [id])
  return readBatch(database, id, bound)
}

/** Pauses a locked batch: jobs that have not begun wait, those at work go on. */
export async function pauseBatch(database: Database, id: string): Promise<void> {
  await database.query(`UPDATE batches SET paused_at = now(), paused_by = 'request' WHERE id = $1`, [id])
  await advance(database, [id])
}

/**
 * Lets a locked batch go on. Failures so far no longer count. A batch whose canaries died goes on without them, unless
 * they are to be tried again: then it waits for them as before.
 */
export async function resumeBatch(database: Database, id: string): Promise<void> {
  await database.query(
    `UPDATE batches b SET paused_at = NULL, paused_by = NULL,
       failures_forgiven = (SELECT count(*) FROM jobs j WHERE j.batch_id = b.id AND j.status = 'failed'),
       canary_passed = b.canary_passed OR (b.paused_by = 'canary' AND NOT EXISTS (
         SELECT FROM (SELECT j.status FROM jobs j WHERE j.batch_id = b.id ORDER BY j.number LIMIT b.canary) AS c
         WHERE c.status IN ('queued', 'running')))
     WHERE b.id = $1`,
    [id],
  )
  await advance(database, [id])
}

/** What becomes of a job of one type, and of its instance, when it is cancelled before it began. */
export interface UnbegunEnd {
  type: string
  outcome: JobOutcome
  /** What is absent stays as it is. */
  instance: { status?: InstanceStatus; statusReason?: string | null; nameHeld?: boolean }
}

const endUnbegun = `
  WITH ending AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS e (type text, outcome jsonb, instance jsonb)
  ), unbegun AS (
    SELECT j.id, j.instance_id, ending.outcome, ending.instance FROM jobs j JOIN ending ON ending.type = j.type
    WHERE j.batch_id = $1 AND j.status = 'queued' AND j.started_at IS NULL
    FOR NO KEY UPDATE OF j SKIP LOCKED
  ), j AS (
    UPDATE jobs SET status = 'cancelled', direction = 'undo', cancel_requested_at = coalesce(cancel_requested_at, now()), finished_at = now(),
      held = false, rung_at = NULL, error = $3::jsonb, outcome = unbegun.outcome, event_count = event_count + 2
    FROM unbegun WHERE jobs.id = unbegun.id
    RETURNING jobs.id, jobs.instance_id, jobs.event_count, unbegun.instance
  ), slot AS (
    UPDATE slots SET job_id = NULL, expires_at = NULL FROM j WHERE slots.job_id = j.id
  ), instance AS (
    UPDATE instances i SET status = coalesce(j.instance ->> 'status', i.status), updated_at = now(),
      status_reason = CASE WHEN j.instance ? 'statusReason' THEN j.instance ->> 'statusReason' ELSE i.status_reason END,
      name_held = coalesce((j.instance ->> 'nameHeld')::boolean, i.name_held)
    FROM j WHERE i.id = j.instance_id AND j.instance <> '{}'
  ), event AS (
    INSERT INTO job_events (job_id, sequence, type, data)
    SELECT id, event_count - 1, 'job.cancel-requested', '{}' FROM j
    UNION ALL SELECT id, event_count, 'job.cancelled', jsonb_build_object('code', $3::jsonb -> 'code') FROM j
  )
  SELECT id FROM j`

const requestCancels = `
  WITH open AS (
    SELECT id FROM jobs WHERE batch_id = $1 AND status IN ('queued', 'running') AND cancel_requested_at IS NULL FOR NO KEY UPDATE SKIP LOCKED
  ), j AS (
    UPDATE jobs SET cancel_requested_at = now(), next_run_at = least(next_run_at, now()), needs_slot = needs_slot AND started_at IS NOT NULL,
      held = false, event_count = event_count + 1
    FROM open WHERE jobs.id = open.id RETURNING jobs.id, jobs.event_count
  ), event AS (
    INSERT INTO job_events (job_id, sequence, type, data) SELECT id, event_count, 'job.cancel-requested', '{}' FROM j
  )
  SELECT id FROM j`

/** Rows that workers are writing at this moment are passed over and tried again after so many milliseconds. */
const againAfter = 20
const rounds = 250

/**
 * Cancels what is left of a locked batch: jobs that have not begun end at once, as a worker would end them; the others
 * are asked to. Rows are never waited for, since workers lock several of them at once in an order of their own.
 */
export async function cancelBatch(
  database: Database,
  id: string,
  ends: readonly UnbegunEnd[],
  error: Problem,
): Promise<{ ended: number; asked: number }> {
  await database.query(
    'UPDATE batches SET cancel_requested_at = now(), paused_at = NULL, paused_by = NULL WHERE id = $1',
    [id],
  )
  const cancelled = { ended: 0, asked: 0 }
  for (let round = 1; round <= rounds; round++) {
    const values = [id, JSON.stringify(ends), JSON.stringify(error)]
    cancelled.ended += (await database.query(endUnbegun, values)).length
    cancelled.asked += (await database.query(requestCancels, [id])).length
    const left = await database.query(
      `SELECT FROM jobs WHERE batch_id = $1 AND status IN ('queued', 'running') AND cancel_requested_at IS NULL LIMIT 1`,
      [id],
    )
    if (left.length === 0) return cancelled
    await pause(againAfter)
  }
  throw new Failure('control_database_unavailable', 'Somebody keeps jobs of this batch locked.', { retryable: true })
}

/** A job of a batch that has failed or was cancelled, with what decides whether it can be tried again. */
export interface EndedJob {
  id: string
  ref: string | null
  type: string
  status: 'failed' | 'cancelled'
  definitionVersion: number
  instanceId: string | null
  instance: { name: string; status: InstanceStatus } | null
  /** The job that is changing the instance now. */
  busyWith: string | null
  nameTaken: boolean
  databaseNameTaken: boolean
}

/** The jobs of a locked batch in these statuses, in the order of its items; their instances are locked too. */
export async function lockEndedJobs(
  database: Database,
  batchId: string,
  statuses: readonly EndedJob['status'][],
): Promise<EndedJob[]> {
  await database.query(
    `SELECT i.id FROM instances i WHERE i.id IN (SELECT instance_id FROM jobs WHERE batch_id = $1 AND status = ANY($2))
     ORDER BY i.id FOR UPDATE`,
    [batchId, statuses],
  )
  return database.query<EndedJob>(
    `SELECT j.id, j.ref, j.type, j.status, j.definition_version AS "definitionVersion", j.instance_id AS "instanceId",
       CASE WHEN i.id IS NOT NULL THEN jsonb_build_object('name', i.name, 'status', i.status) END AS instance,
       (SELECT a.id FROM jobs a WHERE a.instance_id = j.instance_id AND a.changing AND a.finished_at IS NULL) AS "busyWith",
       i.id IS NOT NULL AND NOT i.name_held AND EXISTS (SELECT FROM instances o WHERE o.name_held AND o.environment_id = i.environment_id
         AND lower(o.admin_tenant) = lower(i.admin_tenant) AND lower(o.name) = lower(i.name)) AS "nameTaken",
       i.id IS NOT NULL AND NOT i.name_held AND EXISTS (SELECT FROM instances o WHERE o.name_held AND o.server_id = i.server_id
         AND lower(o.database_name) = lower(i.database_name)) AS "databaseNameTaken"
     FROM jobs j LEFT JOIN instances i ON i.id = j.instance_id
     WHERE j.batch_id = $1 AND j.status = ANY($2) ORDER BY j.number`,
    [batchId, statuses],
  )
}

/** Failures that are still there after some were begun again: no more than those are forgiven. */
export const forgiveNoMoreThanThere = (database: Database, batchId: string): Promise<unknown> =>
  database.query(
    `UPDATE batches b SET failures_forgiven = least(b.failures_forgiven,
       (SELECT count(*) FROM jobs j WHERE j.batch_id = b.id AND j.status = 'failed')) WHERE b.id = $1`,
    [batchId],
  )
