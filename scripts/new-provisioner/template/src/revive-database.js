import { findDatabase, markDatabase } from './marker.js'
import { isOurs, onInstance, ours } from './own-database.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['reviveDatabase']} */
export const reviveDatabase = async (server, request, operation) => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  return onInstance(server, owner, operation, async (session) => {
    if (isOurs(await findDatabase(session, retiredName), request)) {
      await operation.fence()
      await session.rename(retiredName, databaseName)
    }
    const found = ours(await findDatabase(session, databaseName), request)
    await operation.fence()
    await markDatabase(session, found, owner, found.marker?.kind)
    await session.allowConnections(databaseName, true)
    await session.grant(databaseName, login.username)
  })
}
