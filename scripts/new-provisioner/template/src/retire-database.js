import { findDatabase, markDatabase } from './marker.js'
import { isOurs, onInstance, ours } from './own-database.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['retireDatabase']} */
export const retireDatabase = async (server, request, operation) => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  return onInstance(server, owner, operation, async (session) => {
    const retired = await findDatabase(session, retiredName)
    const found = isOurs(retired, request) ? retired : ours(await findDatabase(session, databaseName), request)
    await operation.fence()
    await markDatabase(session, found, owner, found.marker?.kind)
    await session.revoke(found.name, login.username)
    await session.allowConnections(found.name, true)
    if (found.name === retiredName) return
    await operation.fence()
    await session.endSessions(databaseName)
    await session.rename(databaseName, retiredName)
  })
}
