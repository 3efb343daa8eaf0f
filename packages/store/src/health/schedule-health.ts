import type { Database } from '../database.js'
import { isHealthDue } from './read-health-subjects.js'

/** Whose scheduled checks are; no client can have this id. */
export const healthScheduler = 'system:health'

/** Only one process at a time looks whose turn has come. */
const scheduleLock = 4_807_003

/** Longest time after which a server whose check has ended without success is due again, in seconds. */
const pauseSeconds = 60

/**
 * Database servers that have instances whose turn has come, and no scheduled check unfinished or just begun. Empty when
 * another process is at it; to be run in the transaction that writes the checks.
 */
export async function takeServersDueForHealth(
  database: Database,
  intervalSeconds: number,
): Promise<{ id: string; engine: string; workerPool: string }[]> {
  const [lock] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
    scheduleLock,
  ])
  if (!lock?.taken) return []
  return database.query(
    `SELECT d.id, d.engine, d.worker_pool AS "workerPool" FROM database_servers d
     WHERE d.deleted_at IS NULL
       AND EXISTS (SELECT FROM instances i JOIN tenants t ON t.name = i.tenant
         WHERE i.server_id = d.id AND i.status IN ('active', 'stopped') AND ${isHealthDue('$1')})
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.server_id = d.id AND j.type = 'health.check' AND j.requested_by = '${healthScheduler}'
         AND (j.finished_at IS NULL OR j.created_at > now() - make_interval(secs => least($1::float8 / 2, ${pauseSeconds}))))`,
    [intervalSeconds],
  )
}

/** Rows removed by one statement: none holds locks for long. */
const chunk = 5_000

/**
 * Removes health checks older than `days`, and the jobs of scheduled ones: those that succeeded after a day, for what
 * they found is on record, others after `days`.
 */
export async function removeOldHealthChecks(database: Database, days: number): Promise<void> {
  const statements = [
    `DELETE FROM health_checks WHERE id IN (
       SELECT id FROM health_checks WHERE checked_at < now() - make_interval(days => $1) ORDER BY checked_at LIMIT ${chunk}) RETURNING 1`,
    `DELETE FROM jobs WHERE id IN (
       SELECT id FROM jobs WHERE type = 'health.check' AND requested_by = '${healthScheduler}'
         AND finished_at < now() - make_interval(days => CASE WHEN status = 'succeeded' THEN least($1, 1) ELSE $1 END) LIMIT ${chunk}) RETURNING 1`,
  ]
  for (const statement of statements) while ((await database.query(statement, [days])).length === chunk);
}
