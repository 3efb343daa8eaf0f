import { changeAbout, findDatabase, ours } from './database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['startDatabase']} */
export const startDatabase = async (server, request, operation) => {
  assertName(request.databaseName)
  return onInstance(server, request.owner, operation, async (root) => {
    const found = ours(await findDatabase(root, request.databaseName), request)
    await operation.fence()
    await changeAbout(found, request.owner, { open: true })
  })
}
