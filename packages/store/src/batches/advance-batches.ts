import type { Database } from '../database.js'

/** Batches that say themselves how far they go on, and have jobs left: in order, so that an index is used. */
const concerned = `
  SELECT b.id FROM batches b
  WHERE b.finished_at IS NULL
    AND (b.max_parallel IS NOT NULL OR b.canary IS NOT NULL OR b.stop_after_failures IS NOT NULL OR b.paused_at IS NOT NULL)
    AND (SELECT j.status FROM jobs j WHERE j.batch_id = b.id AND j.status IN ('queued', 'running') ORDER BY j.status LIMIT 1) IS NOT NULL
  ORDER BY b.number FOR NO KEY UPDATE SKIP LOCKED`

/** The first jobs of a batch in the order of its items: those that must succeed before the rest begins. */
const canaries = `(SELECT j.number, j.status FROM jobs j WHERE j.batch_id = b.id ORDER BY j.number LIMIT b.canary)`

/** Notes what has come of a batch's jobs: that its canaries live, or that it is to be paused. */
const judge = `
  WITH judged AS (
    SELECT b.id, canary.passed, CASE WHEN canary.died THEN 'canary' WHEN failures.limit_reached THEN 'failures' END AS pause
    FROM batches b
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_and(c.status = 'succeeded'), false) AS passed, coalesce(bool_or(c.status IN ('failed', 'cancelled')), false) AS died
      FROM ${canaries} AS c WHERE b.canary IS NOT NULL AND NOT b.canary_passed) AS canary
    CROSS JOIN LATERAL (
      SELECT count(*) >= b.stop_after_failures + b.failures_forgiven AS limit_reached
      FROM (SELECT FROM jobs j WHERE j.batch_id = b.id AND j.status = 'failed' AND b.stop_after_failures IS NOT NULL
        LIMIT b.stop_after_failures + b.failures_forgiven) AS failed) AS failures
    WHERE b.id = ANY($1)
  )
  UPDATE batches b SET canary_passed = b.canary_passed OR judged.passed,
    paused_by = coalesce(b.paused_by, judged.pause), paused_at = coalesce(b.paused_at, CASE WHEN judged.pause IS NOT NULL THEN now() END)
  FROM judged WHERE b.id = judged.id AND (judged.passed OR judged.pause IS NOT NULL)`

/** Jobs of a paused batch that have not begun wait, and let go of the slots that were reserved for them. */
const hold = `
  WITH free AS (
    SELECT j.id FROM batches b CROSS JOIN LATERAL (
      SELECT j.id FROM jobs j
      WHERE j.batch_id = b.id AND j.status = 'queued' AND NOT j.held AND j.cancel_requested_at IS NULL
        AND (j.lease_expires_at IS NULL OR j.lease_expires_at <= now())
      FOR NO KEY UPDATE SKIP LOCKED) AS j
    WHERE b.id = ANY($1) AND b.paused_at IS NOT NULL
  ), slot AS (
    UPDATE slots SET job_id = NULL, expires_at = NULL FROM free WHERE slots.job_id = free.id
  )
  UPDATE jobs SET held = true, rung_at = NULL FROM free WHERE jobs.id = free.id`

const atWork = `(SELECT count(*) FROM jobs j WHERE j.batch_id = b.id AND j.status = 'running')
  + (SELECT count(*) FROM jobs j WHERE j.batch_id = b.id AND j.status = 'queued' AND NOT j.held)`

/** Held jobs go on in the order of the items, as far as the batch lets them. */
const release = `
  UPDATE jobs SET held = false FROM (
    SELECT j.id FROM batches b
    CROSS JOIN LATERAL (SELECT CASE WHEN b.max_parallel IS NOT NULL THEN greatest(0, b.max_parallel - (${atWork})) END AS jobs,
      CASE WHEN b.canary IS NOT NULL AND NOT b.canary_passed THEN (SELECT max(c.number) FROM ${canaries} AS c) END AS last_number) AS room
    CROSS JOIN LATERAL (
      SELECT j.id FROM jobs j WHERE j.batch_id = b.id AND j.held AND (room.last_number IS NULL OR j.number <= room.last_number)
      ORDER BY j.number LIMIT room.jobs FOR NO KEY UPDATE SKIP LOCKED) AS j
    WHERE b.id = ANY($1) AND b.paused_at IS NULL
  ) AS let_go WHERE jobs.id = let_go.id`

/**
 * Lets batches go on: releases held jobs as far as `max_parallel` and `canary` allow, and pauses those with too many
 * failures or a dead canary. To be called by whoever holds the right to take jobs, before taking: so no job is taken that
 * its batch has not let go. Costs one look at the unfinished batches while none of them wants anything.
 */
export async function advanceBatches(database: Database): Promise<void> {
  // Locked by themselves first: what is judged next is seen as it is once nobody can restart a job of them.
  const ids = (await database.query<{ id: string }>(concerned)).map(({ id }) => id)
  if (ids.length > 0) await advance(database, ids)
}

/** The same for batches that the caller has locked, also when nothing but their being paused has held their jobs. */
export async function advance(database: Database, ids: readonly string[]): Promise<void> {
  await database.query(judge, [ids])
  await database.query(hold, [ids])
  await database.query(release, [ids])
}
