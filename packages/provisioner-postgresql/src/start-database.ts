import type { Operation, OwnDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { allowConnections, assertOurs } from './own-database.js'
import { assertName } from './quote.js'

/** Connections on. */
export const startDatabase = async (server: Server, request: OwnDatabase, operation: Operation): Promise<void> => {
  assertName(request.databaseName)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, request.owner, operation.signal)
    const found = await findDatabase(session, request.databaseName)
    assertOurs(found, request)
    await operation.fence()
    await allowConnections(session, found, request.owner, true)
  })
}
