import type { Database } from '../database.js'

/** How often a tenant's instances are archived by themselves, and which of those archives are kept. */
export interface ArchivePolicy {
  /** Absent: none are made by themselves. */
  everyHours?: number
  /** How many of them each instance keeps; absent: all. */
  keep?: number
  /** How old they may become; absent: any age. */
  keepDays?: number
}

/** Keeps two workers from finding the same work; the lock ends with the transaction. */
export async function takeArchiveTurn(database: Database): Promise<boolean> {
  const [row] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(4807012) AS taken')
  return row?.taken ?? false
}

/**
 * Instances that are to be archived now by their tenants' policies. Each has its own moment within the last tenth of the
 * interval, so that those made together are not archived together for ever; one whose archive failed is tried again
 * after an hour, or after the interval where that is shorter.
 */
export async function readArchivesDue(database: Database, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT i.id FROM instances i JOIN tenants t ON t.name = i.tenant
       CROSS JOIN LATERAL (SELECT make_interval(secs => 3600 * (t.archive_policy ->> 'everyHours')::float8) AS every) p
     WHERE t.deleted_at IS NULL AND t.archive_policy ->> 'everyHours' IS NOT NULL AND i.status IN ('active', 'stopped')
       AND coalesce(i.archived_at, i.created_at) + p.every * (0.9 + 0.1 * abs(hashtext(i.id::text)::float8) / 2147483648) <= now()
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.instance_id = i.id AND j.type = 'instance.archive'
         AND (j.finished_at IS NULL OR j.created_at > now() - least(p.every, interval '1 hour')))
     ORDER BY coalesce(i.archived_at, i.created_at) LIMIT $1`,
    [limit],
  )
  return rows.map(({ id }) => id)
}

/**
 * Archives that are to be deleted now: those past their time, and scheduled ones beyond what the tenant's policy keeps.
 * Never one under legal hold or that a job is about, and never the newest available one of its
 * instance.
 */
export async function readArchivesExpired(database: Database, limit: number): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT a.id FROM (
       SELECT archives.*, row_number() OVER (PARTITION BY instance_id ORDER BY number DESC) AS age,
         row_number() OVER (PARTITION BY instance_id, reason ORDER BY number DESC) AS age_of_reason
       FROM archives WHERE status = 'available'
     ) a JOIN tenants t ON t.name = a.tenant
     WHERE a.age > 1 AND NOT a.legal_hold
       AND (a.expires_at <= now() OR (a.reason = 'scheduled' AND (
         a.age_of_reason > (t.archive_policy ->> 'keep')::integer
         OR a.created_at < now() - make_interval(days => (t.archive_policy ->> 'keepDays')::integer))))
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.finished_at IS NULL AND j.parameters ->> 'archiveId' = a.id::text)
       AND NOT EXISTS (SELECT FROM jobs j WHERE j.instance_id = a.instance_id AND j.type = 'archive.delete'
         AND j.parameters ->> 'archiveId' = a.id::text AND j.created_at > now() - interval '1 hour')
     ORDER BY a.number LIMIT $1`,
    [limit],
  )
  return rows.map(({ id }) => id)
}

/** A tenant's policy; null: none. */
export async function readArchivePolicy(database: Database, tenant: string): Promise<ArchivePolicy | null> {
  const [row] = await database.query<{ policy: ArchivePolicy | null }>(
    'SELECT archive_policy AS policy FROM tenants WHERE name = $1',
    [tenant],
  )
  return row?.policy ?? null
}
