import { changeAbout, findDatabase, isOurs, ours } from './database.js'
import { moveDatabase } from './move-database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'

/**
 * The name first, then the door: nobody is let in under a name that only we may know.
 * @type {import('@edfi-tenants/provisioner').Provisioner['reviveDatabase']}
 */
export const reviveDatabase = async (server, request, operation) => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  return onInstance(server, owner, operation, async (root) => {
    const retired = await findDatabase(root, retiredName)
    if (isOurs(retired, request)) {
      await operation.fence()
      await moveDatabase(root, retired, databaseName, owner.instanceId)
    }
    const found = ours(await findDatabase(root, databaseName), request)
    await operation.fence()
    const { logins, retiredFrom = logins } = found.about
    const named = retiredFrom === '*' ? retiredFrom : [...new Set([...retiredFrom, login.username])]
    const { retiredFrom: _, ...about } = found.about
    await changeAbout({ ...found, about }, owner, { open: true, logins: named })
  })
}
