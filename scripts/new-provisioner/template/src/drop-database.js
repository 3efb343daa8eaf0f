import { isOwnedBy, privateName } from '@edfi-tenants/provisioner'
import { leftoversOf } from './create-database.js'
import { findDatabase } from './marker.js'
import { isOurs, notOurs, onInstance } from './own-database.js'
import { assertName } from './quote.js'

/**
 * Compare marker and identity in the very step that drops where the engine can; here the database gets a private name
 * first, is looked at again, and only that name is dropped.
 * @type {import('@edfi-tenants/provisioner').Provisioner['dropDatabase']}
 */
export const dropDatabase = async (server, request, operation) => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (session) => {
    const found = await findDatabase(session, databaseName)
    const isAnothers = found !== null && !isOwnedBy(found.marker, { ...owner, epoch: Infinity })
    if (found && !isAnothers && !isOurs(found, request)) throw notOurs()
    /** @type {string[]} */
    const dropped = []
    for (const { name } of await leftoversOf(session, owner)) {
      await operation.fence()
      await session.drop(name)
      dropped.push(name)
    }
    if (isAnothers) throw notOurs()
    if (!found) return { dropped }
    const aside = privateName(owner)
    await operation.fence()
    await session.endSessions(databaseName)
    await session.rename(databaseName, aside)
    if (!isOurs(await findDatabase(session, aside), { owner, identity: found.identity })) {
      await session.rename(aside, databaseName)
      throw notOurs()
    }
    await operation.fence()
    await session.drop(aside)
    return { dropped: [...dropped, databaseName] }
  })
}
