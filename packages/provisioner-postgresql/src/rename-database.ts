import type { Operation, RenameDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { whileSessionsEnd } from './end-sessions.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { allowConnections, assertOurs, changeOurs, isOurs, renameTo } from './own-database.js'
import { assertName } from './quote.js'

/**
 * Renames in one transaction, ending the sessions that it waits for. Connections are never switched off for it, so
 * whether the database took any stays as it was, wherever a run dies.
 */
export const renameDatabase = async (server: Server, request: RenameDatabase, operation: Operation): Promise<void> => {
  const { from, to, owner } = request
  assertName(from)
  assertName(to)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, from)
    if (!isOurs(found, request)) {
      const renamed = await findDatabase(session, to)
      if (!isOurs(renamed, request)) {
        assertOurs(found, request)
        return
      }
      // An earlier try had done it: it becomes this run's.
      await operation.fence()
      await allowConnections(session, renamed, owner, renamed.allowsConnections)
      return
    }
    await operation.fence()
    await whileSessionsEnd(server, found.identity, operation, () =>
      changeOurs(session, { found, owner, nameAfter: to }, async () => {
        await renameTo(session, from, to)
        return undefined
      }),
    )
  })
}
