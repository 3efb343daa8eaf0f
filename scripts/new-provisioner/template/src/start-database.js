import { findDatabase, markDatabase } from './marker.js'
import { onInstance, ours } from './own-database.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['startDatabase']} */
export const startDatabase = async (server, request, operation) => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (session) => {
    const found = ours(await findDatabase(session, databaseName), request)
    await operation.fence()
    await markDatabase(session, found, owner, found.marker?.kind)
    await session.allowConnections(databaseName, true)
  })
}
