import { findDatabase, markDatabase } from './marker.js'
import { isOurs, onInstance, ours } from './own-database.js'
import { assertName } from './quote.js'

/**
 * A client that always comes back must not keep a database from being renamed, and a run that dies must not leave it shut.
 * @type {import('@edfi-tenants/provisioner').Provisioner['renameDatabase']}
 */
export const renameDatabase = async (server, request, operation) => {
  const { from, to, owner } = request
  assertName(from)
  assertName(to)
  return onInstance(server, owner, operation, async (session) => {
    const renamed = await findDatabase(session, to)
    if (isOurs(renamed, request)) {
      await operation.fence()
      return markDatabase(session, renamed, owner, renamed.marker?.kind)
    }
    const found = ours(await findDatabase(session, from), request)
    await operation.fence()
    await markDatabase(session, found, owner, found.marker?.kind)
    await operation.fence()
    await session.endSessions(from)
    await session.rename(from, to)
  })
}
