import { changeAbout, findDatabase, ours } from './database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'
import { endSessions } from './sessions.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['stopDatabase']} */
export const stopDatabase = async (server, request, operation) => {
  assertName(request.databaseName)
  return onInstance(server, request.owner, operation, async (root) => {
    const found = ours(await findDatabase(root, request.databaseName), request)
    await operation.fence()
    await changeAbout(found, request.owner, { open: false })
    return { endedSessions: await endSessions(found.folder) }
  })
}
