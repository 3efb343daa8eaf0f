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

/** Jobs without a slot that may wait in the queue at once; the rest wait here, in order. */
const queuedWithoutSlot = 64

/**
 * Due are jobs that nobody runs and whose time has come. Those that need a slot of their database server get one now,
 * as far as there are free ones, in the order priority, fair share (over tenants and batches, counting what they have
 * running), age. A slot so reserved falls back when nobody claims the job in time.
 */
const takeDue = `
  WITH active AS (
    SELECT tenant, batch_id, count(*) AS running FROM jobs
    WHERE finished_at IS NULL AND lease_expires_at > now() GROUP BY tenant, batch_id
  ), due AS (
    SELECT id, number, server_id, needs_slot, priority, tenant, batch_id FROM jobs
    WHERE finished_at IS NULL AND next_run_at <= now()
      AND (lease_expires_at IS NULL OR lease_expires_at <= now())
      AND (rung_at IS NULL OR rung_at <= now() - make_interval(secs => ${reservationSeconds}))
  ), turns AS (
    SELECT due.*, coalesce(active.running, 0)
      + row_number() OVER (PARTITION BY due.server_id, due.needs_slot, due.priority, due.tenant, due.batch_id ORDER BY due.number) AS turn
    FROM due LEFT JOIN active ON active.tenant IS NOT DISTINCT FROM due.tenant AND active.batch_id IS NOT DISTINCT FROM due.batch_id
  ), places AS (
    SELECT turns.*, CASE WHEN needs_slot THEN server_id END AS slot_server,
      row_number() OVER (PARTITION BY needs_slot, CASE WHEN needs_slot THEN server_id END ORDER BY priority DESC, turn, number) AS place
    FROM turns
  ), free AS (
    SELECT slots.server_id, slots.number, row_number() OVER (PARTITION BY slots.server_id ORDER BY slots.number) AS place
    FROM slots JOIN database_servers ON database_servers.id = slots.server_id AND slots.number <= database_servers.max_concurrency
    WHERE slots.job_id IS NULL
  ), chosen AS (
    SELECT places.id, free.server_id, free.number FROM places
      LEFT JOIN free ON free.server_id = places.slot_server AND free.place = places.place
    WHERE CASE WHEN needs_slot THEN free.number IS NOT NULL ELSE places.place <= ${queuedWithoutSlot} - (
      SELECT count(*) FROM jobs WHERE finished_at IS NULL AND NOT needs_slot AND rung_at > now() - make_interval(secs => ${reservationSeconds})
        AND (lease_expires_at IS NULL OR lease_expires_at <= now())) END
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
