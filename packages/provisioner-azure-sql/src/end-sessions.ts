import { inside, isRefusal, type Session } from '@edfi-tenants/provisioner-mssql'

/**
 * Ends all sessions on a database, from inside of it: nowhere else can they be seen. KILL takes KILL DATABASE CONNECTION,
 * which the owner has. https://learn.microsoft.com/sql/t-sql/language-elements/kill-transact-sql
 * Best effort: a database that is being made, or is gone, has none.
 */
export async function endSessions({ steady }: Session, database: string): Promise<number> {
  const text = `select session_id as id from sys.dm_exec_sessions
where database_id = db_id() and session_id <> @@spid and is_user_process = 1`
  try {
    return await inside(steady, database, text, async (all, there) => {
      const rows = await there.query<{ id: number }>(all)
      for (const { id } of rows) await kill(there, id)
      return rows.length
    })
  } catch (error) {
    if (isRefusal(error)) return 0
    throw error
  }
}

/** 6106: it has ended by itself. */
async function kill(session: Session, id: number): Promise<void> {
  try {
    await session.finish(`kill ${id}`)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}
