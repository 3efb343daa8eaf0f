import { advanceBatches } from '../batches/advance-batches.js'
import type { Database, Pool } from '../database.js'

/** A job that was found due: its bell is to be rung on the route of the workers that can run it. */
export interface DueJob {
  jobId: string
  /** How often it has been rung; makes the queue entry's id unique. */
  ring: number
  /** `<worker pool>` or `<worker pool>.<engine>`. */
  route: string
  /** Why it is due although it was handed out before; null: it was not. */
  repair: 'lease_ended' | 'ring_lost' | null
}

/** Serialises those who hand out slots, so that none is promised twice. */
const takeLock = 4_807_001

/**
 * Keeps jobs from being taken until the transaction ends: for those who change many jobs of a batch, so that neither
 * waits for rows that the other has.
 */
export const holdTaking = (database: Database): Promise<unknown> =>
  database.query('SELECT pg_advisory_xact_lock($1)', [takeLock])

/** How long a rung job keeps its slot and is not rung again while nobody has claimed it, in seconds. */
const reservationSeconds = 4

/** The first so many jobs of a route that need no slot are rung; the rest wait here, in order. */
const queuedWithoutSlot = 64

/** Jobs that nobody runs, whose time has come, and that their batch does not hold back. */
const isReady = `w.finished_at IS NULL AND NOT w.held AND w.next_run_at <= now() AND (w.lease_expires_at IS NULL OR w.lease_expires_at <= now())`

/** Jobs that were not rung just now. */
const isSilent = (table: string): string =>
  `(${table}.rung_at IS NULL OR ${table}.rung_at <= now() - make_interval(secs => ${reservationSeconds}))`
const isDue = `${isReady} AND ${isSilent('w')}`

/** Tenant and batch as the indexes have them: those without one are one group. */
const tenant = `coalesce(w.tenant, '')`
const batch = `coalesce(w.batch_id, '00000000-0000-0000-0000-000000000000')`
const engine = `coalesce(w.engine, '')`

/** The first group of a server, or of those behind another one, in the order of `jobs_waiting_idx`. */
const firstGroup = (where: string): string =>
  `(SELECT w.server_id, w.priority, ${tenant}, ${batch} FROM jobs w WHERE w.finished_at IS NULL AND w.needs_slot AND NOT w.held AND ${where}
       ORDER BY w.server_id, w.priority, ${tenant}, ${batch} LIMIT 1)`

/** The first route, or the next, in the order of `jobs_waiting_without_slot_idx`. */
const firstRoute = (where: string): string =>
  `(SELECT w.worker_pool, ${engine} FROM jobs w WHERE w.finished_at IS NULL AND NOT w.needs_slot AND NOT w.held AND ${where}
       ORDER BY w.worker_pool, ${engine} LIMIT 1)`

/**
 * Few rows are looked for by their ids as arrays, which the planner takes for few: joined, thousands would be read.
 *
 * Due jobs that need a slot of their database server get one now, as far as there are free ones, in the order priority,
 * fair share (over tenants and batches: who has least running, then who was served longest ago), age. A slot so reserved falls back when nobody
 * claims the job in time. Of a server without a free slot no job is even looked at, and of the others only the first few
 * of each group (priority, tenant, batch), which the index is skipped through for: a long queue costs nothing while it
 * waits. Jobs that need no slot are rung in the order priority, age.
 * https://wiki.postgresql.org/wiki/Loose_indexscan
 */
const takeDue = `
  WITH RECURSIVE free AS (
    SELECT slots.server_id, slots.number, row_number() OVER (PARTITION BY slots.server_id ORDER BY slots.number) AS place
    FROM slots JOIN database_servers ON database_servers.id = slots.server_id AND slots.number <= database_servers.max_concurrency
    WHERE slots.job_id IS NULL
  ), room AS (
    SELECT server_id, count(*) AS slots FROM free GROUP BY server_id
  ), groups (server_id, priority, tenant, batch_id) AS (
    SELECT first.* FROM room CROSS JOIN LATERAL ${firstGroup('w.server_id = room.server_id')} AS first
    UNION ALL
    SELECT next.* FROM groups g CROSS JOIN LATERAL (
      ${firstGroup(`(w.server_id, w.priority, ${tenant}) = (g.server_id, g.priority, g.tenant) AND ${batch} > g.batch_id`)}
      UNION ALL ${firstGroup(`(w.server_id, w.priority) = (g.server_id, g.priority) AND ${tenant} > g.tenant`)}
      UNION ALL ${firstGroup('w.server_id = g.server_id AND w.priority > g.priority')} LIMIT 1) AS next
  ), heads AS MATERIALIZED (
    SELECT head.*, g.server_id, g.priority, g.tenant, g.batch_id,
      row_number() OVER (PARTITION BY g.server_id, g.priority, g.tenant, g.batch_id ORDER BY head.number) AS turn
    FROM groups g JOIN room USING (server_id) CROSS JOIN LATERAL (
      SELECT w.id, w.number FROM jobs w
      WHERE (w.server_id, w.priority, ${tenant}, ${batch}) = (g.server_id, g.priority, g.tenant, g.batch_id) AND w.needs_slot AND ${isDue}
      ORDER BY w.number LIMIT room.slots) AS head
  ), running AS MATERIALIZED (
    SELECT ${tenant} AS tenant, ${batch} AS batch_id, count(*) AS jobs FROM jobs w
    WHERE w.id = ANY (ARRAY(SELECT job_id FROM slots WHERE job_id IS NOT NULL)) GROUP BY 1, 2
  ), turns AS (
    SELECT heads.id, heads.number, heads.server_id, heads.priority, sharers.served_at, coalesce(running.jobs, 0) + heads.turn AS turn
    FROM heads JOIN (
      SELECT g.tenant, g.batch_id, (SELECT max(w.started_at) FROM jobs w WHERE w.tenant = g.tenant AND ${batch} = g.batch_id) AS served_at
      FROM (SELECT DISTINCT tenant, batch_id FROM heads) AS g
    ) AS sharers USING (tenant, batch_id) LEFT JOIN running USING (tenant, batch_id)
  ), places AS (
    SELECT turns.*, row_number() OVER (PARTITION BY server_id ORDER BY priority DESC, turn, served_at NULLS FIRST, number) AS place FROM turns
  ), routes (worker_pool, engine) AS (
    SELECT first.* FROM ${firstRoute('true')} AS first
    UNION ALL
    SELECT next.* FROM routes r CROSS JOIN LATERAL (
      ${firstRoute(`w.worker_pool = r.worker_pool AND ${engine} > r.engine`)}
      UNION ALL ${firstRoute('w.worker_pool > r.worker_pool')} LIMIT 1) AS next
  ), chosen AS (
    SELECT places.id, free.server_id, free.number FROM places JOIN free USING (server_id, place)
    UNION ALL
    SELECT first.id, NULL, NULL FROM routes r CROSS JOIN LATERAL (
      SELECT w.id, w.rung_at FROM jobs w
      WHERE (w.worker_pool, ${engine}) = (r.worker_pool, r.engine) AND NOT w.needs_slot AND ${isReady}
      ORDER BY w.priority DESC, w.number LIMIT ${queuedWithoutSlot}) AS first
    WHERE ${isSilent('first')}
  ), reserved AS (
    UPDATE slots SET job_id = chosen.id, expires_at = now() + make_interval(secs => ${reservationSeconds})
    FROM chosen WHERE slots.server_id = chosen.server_id AND slots.number = chosen.number
  )
  UPDATE jobs SET rings = rings + 1, rung_at = now() WHERE jobs.id = ANY (ARRAY(SELECT id FROM chosen))
  RETURNING jobs.id AS "jobId", jobs.rings AS ring, jobs.worker_pool || coalesce('.' || jobs.engine, '') AS route,
    (SELECT CASE WHEN before.lease_expires_at IS NOT NULL THEN 'lease_ended' WHEN before.rung_at IS NOT NULL THEN 'ring_lost' END
      FROM jobs before WHERE before.id = jobs.id) AS repair`

/**
 * Takes the jobs that are due and reserves their slots. `wait: false` (for periodic sweeps) gives up with nothing when
 * another process is at it.
 */
export function takeDueJobs(pool: Pool, options: { wait: boolean }): Promise<DueJob[]> {
  return pool.transaction(async (database) => {
    if (!(await lock(database, options.wait))) return []
    await database.query('UPDATE slots SET job_id = NULL, expires_at = NULL WHERE expires_at <= now()')
    await advanceBatches(database)
    return database.query<DueJob>(takeDue)
  })
}

async function lock(database: Database, wait: boolean): Promise<boolean> {
  if (wait) {
    await holdTaking(database)
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
