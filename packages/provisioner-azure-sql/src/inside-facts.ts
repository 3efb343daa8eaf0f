import { inside, isRefusal, type CatalogueRow, type Session } from '@edfi-tenants/provisioner-mssql'

/** What only a connection to a database itself can tell. */
export interface InsideFacts {
  sizeBytes: number | null
  /** Sessions besides the one that asks; null where the login may not see them all. */
  connections: number | null
}

const unknown: InsideFacts = { sizeBytes: null, connections: null }

/** A page has 8 KB. https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-files-transact-sql */
const text = `select (select sum(convert(bigint, size)) * 8192 from sys.database_files) as bytes,
  case when has_perms_by_name(null, N'DATABASE', N'VIEW DATABASE STATE') = 1 then (select count(*) from sys.dm_exec_sessions
    where database_id = db_id() and session_id <> @@spid and is_user_process = 1) end as connections`

/** Looks into a database; nothing is known of one that is not online or lets the login not in. */
export async function readInside(session: Session, { name, state }: CatalogueRow): Promise<InsideFacts> {
  if (state !== 'online') return unknown
  try {
    const [row] = await inside(session, name, text, (all, there) =>
      there.query<{ bytes: string | number | null; connections: number | null }>(all),
    )
    return { sizeBytes: row?.bytes == null ? null : Number(row.bytes), connections: row?.connections ?? null }
  } catch (error) {
    if (isRefusal(error)) return unknown
    throw error
  }
}
