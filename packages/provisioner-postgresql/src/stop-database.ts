import type { Operation, OwnDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { endSessions } from './end-sessions.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { allowConnections, assertOurs } from './own-database.js'
import { assertName } from './quote.js'

/** Connections off, then the sessions there are ended: those who come again find it closed. */
export const stopDatabase = async (
  server: Server,
  request: OwnDatabase,
  operation: Operation,
): Promise<{ endedSessions: number }> => {
  assertName(request.databaseName)
  return onMaintenance(server, operation, async (session) => {
    await lockInstance(session, request.owner, operation.signal)
    const found = await findDatabase(session, request.databaseName)
    assertOurs(found, request)
    await operation.fence()
    await allowConnections(session, found, request.owner, false)
    await operation.fence()
    return { endedSessions: await endSessions(session, found.identity) }
  })
}
