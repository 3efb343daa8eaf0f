import type { Operation, OwnDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { isRefusal } from './errors.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { assertOurs, claim, findOpen, mayBeLookedAt, notOurs } from './own-database.js'
import { assertName, quoteName } from './quote.js'

/**
 * Offline, with everybody on it rolled back. It is closed to all but the privileged before, so that it stays so when
 * it is brought online again for a look at its marker.
 */
export const stopDatabase = async (
  server: Server,
  request: OwnDatabase,
  operation: Operation,
): Promise<{ endedSessions: number }> => {
  assertName(request.databaseName)
  return onMaintenance(server, operation, async (session) => {
    await lockInstance(session, request.owner, operation.signal)
    const before = await findDatabase(session, request.databaseName)
    if (before?.state === 'offline') {
      if (!mayBeLookedAt(before, request)) throw notOurs()
      return { endedSessions: 0 }
    }
    const found = await findOpen(session, request.databaseName, request, operation.fence)
    assertOurs(found, request)
    await operation.fence()
    await claim(session, found, request.owner)
    const endedSessions = await countSessions(session, found.identity)
    await operation.fence()
    await takeOffline(session, found.name)
    return { endedSessions }
  })
}

/**
 * One batch, which opens the database again unless it gets offline. Runs to its end also when the signal aborts. A server
 * without restricted access is not asked to take it offline all the same: nothing would say later that we closed it.
 */
export const takeOffline = (session: Session, name: string): Promise<unknown> =>
  session.finish(
    `begin try
  alter database ${quoteName(name)} set restricted_user with rollback immediate;
  alter database ${quoteName(name)} set offline with rollback immediate;
end try
begin catch
  alter database ${quoteName(name)} set multi_user;
  throw;
end catch`,
  )

/** How many sessions there are on a database; 0 where the login may not know. */
async function countSessions(session: Session, identity: string): Promise<number> {
  try {
    const [row] = await session.query<{ count: number }>(
      `select count(*) as [count] from sys.dm_exec_sessions
where database_id = @id and session_id <> @@spid and is_user_process = 1`,
      { id: Number.parseInt(identity, 10) },
    )
    return row?.count ?? 0
  } catch (error) {
    if (isRefusal(error)) return 0
    throw error
  }
}
