import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import { archiveColumns, archiveTables, type ArchiveRow } from './archive-row.js'

export interface ArchiveFilter {
  tenant?: string
  instanceId?: string
  status?: string
}

/** One archive; null when there is none within the bound. */
export async function readArchive(database: Database, id: string, bound: Bound): Promise<ArchiveRow | null> {
  const [row] = await database.query<ArchiveRow>(
    `SELECT ${archiveColumns} FROM ${archiveTables} WHERE a.id = $1 AND ($2::text[] IS NULL OR lower(a.tenant) = ANY($2))`,
    [id, boundParameter(bound)],
  )
  return row ?? null
}

/** The same, locked until the transaction ends: what is judged by it still holds when a job for it is written. */
export async function lockArchive(database: Database, id: string, bound: Bound): Promise<ArchiveRow | null> {
  await database.query('SELECT id FROM archives WHERE id = $1 FOR UPDATE', [id])
  return readArchive(database, id, bound)
}

/** Archives newest first, from below a number on. */
export function listArchives(
  database: Database,
  filter: ArchiveFilter,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<ArchiveRow[]> {
  return database.query<ArchiveRow>(
    `SELECT ${archiveColumns} FROM ${archiveTables}
     WHERE ($1::text[] IS NULL OR lower(a.tenant) = ANY($1)) AND ($2::integer IS NULL OR a.number < $2)
       AND ($4::text IS NULL OR lower(a.tenant) = lower($4)) AND ($5::uuid IS NULL OR a.instance_id = $5)
       AND ($6::text IS NULL OR a.status = $6)
     ORDER BY a.number DESC LIMIT $3`,
    [
      boundParameter(page.bound),
      page.before,
      page.limit,
      filter.tenant ?? null,
      filter.instanceId ?? null,
      filter.status ?? null,
    ],
  )
}

/** The newest available archive of an instance; null when there is none. */
export async function readNewestArchive(database: Database, instanceId: string): Promise<ArchiveRow | null> {
  const [row] = await database.query<ArchiveRow>(
    `SELECT ${archiveColumns} FROM ${archiveTables} WHERE a.instance_id = $1 AND a.status = 'available'
     ORDER BY a.number DESC LIMIT 1`,
    [instanceId],
  )
  return row ?? null
}

/** Whether an instance has an available archive besides this one. */
export async function hasOtherArchive(
  database: Database,
  archive: Pick<ArchiveRow, 'id' | 'instanceId'>,
): Promise<boolean> {
  const rows = await database.query(
    `SELECT 1 FROM archives WHERE instance_id = $1 AND id <> $2 AND status = 'available' LIMIT 1`,
    [archive.instanceId, archive.id],
  )
  return rows.length > 0
}

/** The unfinished job of a type about an archive; null when there is none. */
export async function readArchiveJobId(
  database: Database,
  type: string,
  archive: Pick<ArchiveRow, 'id' | 'instanceId'>,
): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(
    `SELECT id FROM jobs WHERE instance_id = $1 AND type = $2 AND finished_at IS NULL AND parameters ->> 'archiveId' = $3 LIMIT 1`,
    [archive.instanceId, type, archive.id],
  )
  return row?.id ?? null
}
