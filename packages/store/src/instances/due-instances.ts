import type { Database } from '../database.js'

/** How many are taken at once; the next sweep takes the next. */
const limit = 50

/**
 * Whether an instance's last job of this kind ended badly not long ago: fifteen minutes after the first time, doubling
 * with each, at most a day.
 */
const restsAfter = (type: string): string => `EXISTS (
  SELECT FROM (SELECT max(finished_at) AS at, count(*) AS times FROM jobs j
    WHERE j.instance_id = i.id AND j.type = '${type}' AND j.status IN ('failed', 'cancelled')
      AND j.created_at > coalesce(i.deleted_at, i.expires_at)) AS failed
  WHERE failed.times > 0 AND failed.at > now() - least(interval '1 day', interval '15 minutes' * power(2, least(failed.times - 1, 7))))`

const isIdle = 'NOT EXISTS (SELECT FROM jobs a WHERE a.instance_id = i.id AND a.changing AND a.finished_at IS NULL)'

/** Serialises the sweeps; a transaction that does not get it leaves the work to the one that has it. */
async function isFirst(database: Database): Promise<boolean> {
  const [row] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(4807011) AS taken')
  return row?.taken ?? false
}

const idsOf = async (database: Database, where: string, order: string): Promise<string[]> => {
  if (!(await isFirst(database))) return []
  const rows = await database.query<{ id: string }>(
    `SELECT i.id FROM instances i WHERE ${where} ORDER BY ${order} LIMIT ${limit}`,
  )
  return rows.map(({ id }) => id)
}

/** Deleted instances whose time to come back is over, and that nothing is being done about; empty while another sweeps. */
export const instancesToPurge = (database: Database): Promise<string[]> =>
  idsOf(
    database,
    `i.status = 'deleted' AND i.purge_at <= now() AND ${isIdle} AND NOT ${restsAfter('instance.purge')}`,
    'i.purge_at',
  )

/** Instances that have expired and are not protected; empty while another sweeps. */
export const expiredInstances = (database: Database): Promise<string[]> =>
  idsOf(
    database,
    `i.expires_at <= now() AND i.deleted_at IS NULL AND i.status IN ('active', 'stopped', 'failed') AND NOT i.deletion_protection
     AND ${isIdle} AND NOT ${restsAfter('instance.delete')}`,
    'i.expires_at',
  )
