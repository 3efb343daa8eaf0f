import type { Database } from '../database.js'

/**
 * How many instances a client asked to delete within the last hour, batches not counted, and in how many milliseconds
 * there are fewer than `limit` again. Those who ask at once are counted one after the other, until their transaction ends.
 */
export async function recentDeletes(
  database: Database,
  clientId: string,
  limit: number,
): Promise<{ count: number; freeInMs: number }> {
  await database.query(`SELECT pg_advisory_xact_lock(hashtextextended('delete-limit/' || $1, 0))`, [clientId])
  const [row] = await database.query<{ count: number; freeInMs: number | null }>(
    `WITH recent AS (
       SELECT created_at, row_number() OVER (ORDER BY created_at DESC) AS place FROM jobs
       WHERE type = 'instance.delete' AND batch_id IS NULL AND requested_by = $1 AND created_at > now() - interval '1 hour'
     )
     SELECT count(*)::integer AS count,
       (extract(epoch FROM max(created_at) FILTER (WHERE place >= $2) + interval '1 hour' - now()) * 1000)::float8 AS "freeInMs"
     FROM recent`,
    [clientId, limit],
  )
  return { count: row?.count ?? 0, freeInMs: row?.freeInMs ?? 0 }
}
