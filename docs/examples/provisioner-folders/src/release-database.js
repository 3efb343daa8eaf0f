import { Failure } from '@edfi-tenants/core'
import { findDatabase, ours, writeAbout } from './database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['releaseDatabase']} */
export const releaseDatabase = async (server, request, operation) => {
  assertName(request.databaseName)
  return onInstance(server, request.owner, operation, async (root) => {
    const found = await findDatabase(root, request.databaseName)
    if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
    if (found.marker === null) return
    const { folder, about } = ours(found, request)
    await operation.fence()
    await writeAbout(folder, { ...about, marker: null })
  })
}
