import { Failure } from '@edfi-tenants/core'
import { isOwnedBy } from '@edfi-tenants/provisioner'
import { changeAbout, findDatabase, notOurs } from './database.js'
import { withLock } from './instance-lock.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'

/**
 * Marks a folder that nobody has marked. Two who come at once hold the locks of different instances, so the folder has
 * one of its own.
 * @type {import('@edfi-tenants/provisioner').Provisioner['adoptDatabase']}
 */
export const adoptDatabase = async (server, request, operation) => {
  const { databaseName, owner, login, replaces } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, (root) =>
    withLock(root, `name:${databaseName}`, operation.signal, async () => {
      const found = await findDatabase(root, databaseName)
      if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
      const { marker, about, identity } = found
      const mayStand = [owner.instanceId, ...(replaces === undefined ? [] : [replaces])]
      if (marker && !mayStand.some((instanceId) => isOwnedBy(marker, { ...owner, instanceId }))) throw notOurs()
      await operation.fence()
      const logins = about.logins === '*' ? about.logins : [...new Set([...about.logins, login.username])]
      await changeAbout(found, owner, { logins })
      return { identity }
    }),
  )
}
