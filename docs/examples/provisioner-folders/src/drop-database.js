import { isOwnedBy, privateName } from '@edfi-tenants/provisioner'
import { leftoversOf, removeDatabase } from './create-database.js'
import { changeAbout, findDatabase, isOurs, notOurs } from './database.js'
import { moveDatabase } from './move-database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'

/**
 * Drops an instance's database and what was left of it unfinished. It first gets a private name and is looked at again
 * there, where nobody else comes; one that is not ours after all goes back.
 * @type {import('@edfi-tenants/provisioner').Provisioner['dropDatabase']}
 */
export const dropDatabase = async (server, request, operation) => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (root) => {
    const found = await findDatabase(root, databaseName)
    const isAnothers = found !== null && !isOwnedBy(found.marker, { ...owner, epoch: Infinity })
    if (found && !isAnothers && !isOurs(found, request)) throw notOurs()
    /** @type {string[]} */
    const dropped = []
    for (const leftover of await leftoversOf(root, owner)) {
      await operation.fence()
      await removeDatabase(root, leftover)
      dropped.push(leftover.name)
    }
    if (isAnothers) throw notOurs()
    if (!found) return { dropped }
    await operation.fence()
    await changeAbout(found, owner, { open: false })
    await moveDatabase(root, found, privateName(owner), owner.instanceId)
    const aside = await findDatabase(root, privateName(owner))
    if (aside && !isOurs(aside, { owner, identity: found.identity })) {
      await moveDatabase(root, aside, databaseName, owner.instanceId)
      throw notOurs()
    }
    await operation.fence()
    if (aside) await removeDatabase(root, aside)
    return { dropped: [...dropped, databaseName] }
  })
}
