import { changeAbout, findDatabase, isOurs, ours } from './database.js'
import { moveDatabase } from './move-database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'
import { endSessions } from './sessions.js'

/**
 * Shuts everybody out but the privileged login, remembers who could connect, then moves the database.
 * @type {import('@edfi-tenants/provisioner').Provisioner['retireDatabase']}
 */
export const retireDatabase = async (server, request, operation) => {
  const { databaseName, retiredName, owner } = request
  assertName(databaseName)
  assertName(retiredName)
  return onInstance(server, owner, operation, async (root) => {
    const retired = await findDatabase(root, retiredName)
    const found = isOurs(retired, request) ? retired : ours(await findDatabase(root, databaseName), request)
    await operation.fence()
    const { logins, retiredFrom = logins } = found.about
    await changeAbout(found, owner, { open: true, logins: [], retiredFrom })
    if (found.name === retiredName) return
    await operation.fence()
    await endSessions(await moveDatabase(root, found, retiredName, owner.instanceId))
  })
}
