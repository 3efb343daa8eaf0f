import type { Database } from '../database.js'
import { jobColumns, type JobRow } from './job-row.js'

/** What a worker can run; it claims nothing else. */
export interface ClaimAbility {
  worker: string
  leaseSeconds: number
  /** `type@version` of every definition the worker knows. */
  definitions: readonly string[]
}

const claim = `
  WITH claimable AS (
    SELECT id, needs_slot, rung_at AS was_rung_at, lease_expires_at AS lease_ended_at FROM jobs
    WHERE id = $1 AND finished_at IS NULL AND NOT held AND next_run_at <= now()
      AND (lease_expires_at IS NULL OR lease_expires_at <= now())
      AND type || '@' || definition_version = ANY($4)
    FOR UPDATE SKIP LOCKED
  ), slot AS (
    UPDATE slots SET expires_at = now() + make_interval(secs => $3)
    FROM claimable WHERE slots.job_id = claimable.id AND claimable.needs_slot AND slots.expires_at > now()
    RETURNING slots.job_id
  ), j AS (
    UPDATE jobs SET lease_owner = $2, lease_expires_at = now() + make_interval(secs => $3), epoch = nextval('epoch_seq'),
      status = 'running', started_at = coalesce(started_at, now()), waiting_for = NULL, rung_at = NULL,
      event_count = event_count + 1
    FROM claimable
    WHERE jobs.id = claimable.id AND (NOT claimable.needs_slot OR EXISTS (SELECT FROM slot))
    RETURNING jobs.*, claimable.was_rung_at, claimable.lease_ended_at
  ), event AS (
    INSERT INTO job_events (job_id, sequence, type, data)
    SELECT id, event_count, 'job.claimed', jsonb_build_object('worker', $2::text, 'epoch', epoch) FROM j
  )
  SELECT ${jobColumns}, (extract(epoch FROM now() - j.was_rung_at) * 1000)::float8 AS "rungForMs",
    (extract(epoch FROM now() - greatest(j.next_run_at, j.lease_ended_at)) * 1000)::float8 AS "waitedMs" FROM j`

/** A job that its worker has now. */
export interface ClaimedJob extends JobRow {
  /** How long ago it was rung, in milliseconds; null where it was not. */
  rungForMs: number | null
  /** How long it was due and nobody had it, in milliseconds: since its time came, or its last worker lost it. */
  waitedMs: number
}

/**
 * Claims a due job for a worker: lease and a fresh epoch. Null when there is nothing to claim: it is finished, runs
 * elsewhere, is not due, is held back by its batch, needs a slot that it no longer has, or this worker does not know its definition.
 */
export async function claimJob(database: Database, jobId: string, ability: ClaimAbility): Promise<ClaimedJob | null> {
  const values = [jobId, ability.worker, ability.leaseSeconds, ability.definitions]
  const [row] = await database.query<ClaimedJob>(claim, values, 'claim-job')
  return row ?? null
}

/** One claim that a worker holds. */
export interface Lease {
  jobId: string
  epoch: number
}

/**
 * Renews leases and the slots that go with them in one statement. Returns those that still hold, each with whether its
 * cancelling has been asked for; one that is missing from the answer is lost.
 */
export function renewLeases(
  database: Database,
  leases: readonly Lease[],
  leaseSeconds: number,
): Promise<{ jobId: string; cancelRequested: boolean }[]> {
  return database.query(
    `WITH renewed AS (
       UPDATE jobs SET lease_expires_at = now() + make_interval(secs => $3)
       FROM unnest($1::uuid[], $2::bigint[]) AS held (id, epoch)
       WHERE jobs.id = held.id AND jobs.epoch = held.epoch AND jobs.lease_expires_at > now()
       RETURNING jobs.id, jobs.cancel_requested_at
     ), slots AS (
       UPDATE slots SET expires_at = now() + make_interval(secs => $3) FROM renewed WHERE slots.job_id = renewed.id
     )
     SELECT id AS "jobId", cancel_requested_at IS NOT NULL AS "cancelRequested" FROM renewed`,
    [leases.map((lease) => lease.jobId), leases.map((lease) => lease.epoch), leaseSeconds],
  )
}
