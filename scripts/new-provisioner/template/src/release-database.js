import { Failure } from '@edfi-tenants/core'
import { findDatabase } from './marker.js'
import { onInstance, ours } from './own-database.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['releaseDatabase']} */
export const releaseDatabase = async (server, request, operation) => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (session) => {
    const found = await findDatabase(session, databaseName)
    if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
    if (found.marker === null) return
    ours(found, request)
    await operation.fence()
    await session.setMarker(databaseName, null)
  })
}
