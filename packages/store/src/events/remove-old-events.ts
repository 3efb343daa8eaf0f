import type { Database } from '../database.js'

/** Rows that one statement looks at: none holds locks for long. */
const chunk = 5_000

/**
 * Removes events older than `days`, but for those of jobs that have not ended, or ended later than that; and webhook
 * deliveries that were made, or given up, before. Events are written in the order of their ids, so only the oldest are
 * looked at.
 */
export async function removeOldEvents(database: Database, days: number): Promise<void> {
  const statements = [
    `DELETE FROM job_events WHERE id IN (
       SELECT e.id FROM (SELECT id, job_id, created_at FROM job_events ORDER BY id LIMIT ${chunk}) AS e LEFT JOIN jobs j ON j.id = e.job_id
       WHERE e.created_at < now() - make_interval(days => $1)
         AND (e.job_id IS NULL OR j.finished_at < now() - make_interval(days => $1))) RETURNING 1`,
    `DELETE FROM webhook_deliveries WHERE id IN (
       SELECT id FROM webhook_deliveries WHERE finished_at < now() - make_interval(days => $1) ORDER BY finished_at LIMIT ${chunk}) RETURNING 1`,
  ]
  for (const statement of statements) while ((await database.query(statement, [days])).length === chunk);
}
