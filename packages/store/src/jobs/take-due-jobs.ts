import type { Database, Pool } from '../database.js'

/** A job that was found due: its bell is to be rung on the route of the workers that can run it. */
export interface DueJob {
  jobId: string
  /** How often it has been rung; makes the queue entry's id unique. */
  ring: number
  /** `<worker pool>` or `<worker pool>.<engine>`. */
  route: string
}

/** Serialises those who hand out slots, so that none is promised twice. */
const takeLock = 4_807_001

/** How long a rung job keeps its slot and is not rung again while nobody has claimed it, in seconds. */
const reservationSeconds = 4

/** Jobs without a slot that may wait in the queue of one route at once; the rest wait here, in order. */
const queuedWithoutSlot = 64

/** Jobs that nobody runs, whose time has come, and that were not rung just now. */
const isDue = `finished_at IS NULL AND next_run_at <= now() AND (lease_expires_at IS NULL OR lease_expires_at <= now())
      AND (rung_at IS NULL OR rung_at <= now() - make_interval(secs => ${reservationSeconds}))`

/** The batch of a sharer as its index has it; jobs without one share as one batch of their tenant. */
const sharerBatch = (table: string): string => `coalesce(${table}.batch_id, '00000000-0000-0000-0000-000000000000')`

/**
 * Due jobs that need a slot of their database server get one now, as far as there are free ones, in the order priority,
 * fair share (over tenants and batches: who has least running, then who was served longest ago), age. A slot so reserved falls back when nobody
 * claims the job in time. Of a server without a free slot no job is even looked at, so a long queue costs nothing while
 * it waits.
 */
const takeDue = `
  WITH free AS (
    SELECT slots.server_id, slots.number, row_number() OVER (PARTITION BY slots.server_id ORDER BY slots.number) AS place
    FROM slots JOIN database_servers ON database_servers.id = slots.server_id AND slots.number <= database_servers.max_concurrency
    WHERE slots.job_id IS NULL
  ), due AS (
    SELECT id, number, server_id, priority, tenant, batch_id,
      row_number() OVER (PARTITION BY server_id, priority, tenant, batch_id ORDER BY number) AS turn
    FROM jobs WHERE needs_slot AND server_id = ANY (ARRAY(SELECT DISTINCT server_id FROM free)) AND ${isDue}
  ), heads AS MATERIALIZED (
    SELECT * FROM due WHERE turn <= (SELECT count(*) FROM free)
  ), sharers AS MATERIALIZED (
    SELECT g.tenant, g.batch_id,
      (SELECT count(*) FROM slots JOIN jobs ON jobs.id = slots.job_id
       WHERE jobs.tenant IS NOT DISTINCT FROM g.tenant AND jobs.batch_id IS NOT DISTINCT FROM g.batch_id) AS running,
      (SELECT max(started_at) FROM jobs WHERE jobs.tenant = g.tenant AND ${sharerBatch('jobs')} = ${sharerBatch('g')}) AS served_at
    FROM (SELECT DISTINCT tenant, batch_id FROM heads) AS g
  ), turns AS (
    SELECT heads.id, heads.number, heads.server_id, heads.priority, sharers.served_at, sharers.running + heads.turn AS turn
    FROM heads JOIN sharers ON sharers.tenant IS NOT DISTINCT FROM heads.tenant AND sharers.batch_id IS NOT DISTINCT FROM heads.batch_id
  ), places AS (
    SELECT turns.*, row_number() OVER (PARTITION BY server_id ORDER BY priority DESC, turn, served_at NULLS FIRST, number) AS place FROM turns
  ), queued AS (
    SELECT worker_pool, engine, count(*) AS jobs FROM jobs
    WHERE finished_at IS NULL AND NOT needs_slot AND rung_at > now() - make_interval(secs => ${reservationSeconds})
      AND (lease_expires_at IS NULL OR lease_expires_at <= now())
    GROUP BY worker_pool, engine
  ), chosen AS (
    SELECT places.id, free.server_id, free.number FROM places JOIN free USING (server_id, place)
    UNION ALL
    SELECT ranked.id, NULL, NULL FROM (
      SELECT id, worker_pool, engine, row_number() OVER (PARTITION BY worker_pool, engine ORDER BY priority DESC, number) AS place
      FROM jobs WHERE NOT needs_slot AND ${isDue}
    ) AS ranked LEFT JOIN queued ON queued.worker_pool = ranked.worker_pool AND queued.engine IS NOT DISTINCT FROM ranked.engine
    WHERE ranked.place <= ${queuedWithoutSlot} - coalesce(queued.jobs, 0)
  ), reserved AS (
    UPDATE slots SET job_id = chosen.id, expires_at = now() + make_interval(secs => ${reservationSeconds})
    FROM chosen WHERE slots.server_id = chosen.server_id AND slots.number = chosen.number
  )
  UPDATE jobs SET rings = rings + 1, rung_at = now() FROM chosen WHERE jobs.id = chosen.id
  RETURNING jobs.id AS "jobId", jobs.rings AS ring, jobs.worker_pool || coalesce('.' || jobs.engine, '') AS route`

/**
 * Takes the jobs that are due and reserves their slots. `wait: false` (for periodic sweeps) gives up with nothing when
 * another process is at it.
 */
export function takeDueJobs(pool: Pool, options: { wait: boolean }): Promise<DueJob[]> {
  return pool.transaction(async (database) => {
    if (!(await lock(database, options.wait))) return []
    await database.query('UPDATE slots SET job_id = NULL, expires_at = NULL WHERE expires_at <= now()')
    return database.query<DueJob>(takeDue)
  })
}

async function lock(database: Database, wait: boolean): Promise<boolean> {
  if (wait) {
    await database.query('SELECT pg_advisory_xact_lock($1)', [takeLock])
    return true
  }
  const [row] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [takeLock])
  return row?.taken ?? false
}

/** Takes back the rings of jobs whose bell could not be rung, so that the next sweep finds them due at once. */
export async function releaseRings(database: Database, jobIds: readonly string[]): Promise<void> {
  await database.query(
    `WITH unrung AS (UPDATE jobs SET rung_at = NULL WHERE id = ANY($1) AND (lease_expires_at IS NULL OR lease_expires_at <= now()) RETURNING id)
     UPDATE slots SET job_id = NULL, expires_at = NULL FROM unrung WHERE slots.job_id = unrung.id`,
    [jobIds],
  )
}
