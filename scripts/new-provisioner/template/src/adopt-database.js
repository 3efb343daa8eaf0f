import { Failure } from '@edfi-tenants/core'
import { isOwnedBy } from '@edfi-tenants/provisioner'
import { findDatabase, markDatabase } from './marker.js'
import { notOurs, onInstance } from './own-database.js'
import { assertName } from './quote.js'

/**
 * Two who adopt at once hold the locks of different instances: make the step that marks fail for the second, by a lock on
 * the database or by comparing in the same statement.
 * @type {import('@edfi-tenants/provisioner').Provisioner['adoptDatabase']}
 */
export const adoptDatabase = async (server, request, operation) => {
  const { databaseName, owner, login, replaces } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (session) => {
    const found = await findDatabase(session, databaseName)
    if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
    const { marker, identity } = found
    const mayStand = [owner.instanceId, ...(replaces === undefined ? [] : [replaces])]
    if (marker && !mayStand.some((instanceId) => isOwnedBy(marker, { ...owner, instanceId }))) throw notOurs()
    await operation.fence()
    await markDatabase(session, found, owner)
    await session.grant(databaseName, login.username)
    return { identity }
  })
}
