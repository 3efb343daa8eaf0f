import { changeAbout, findDatabase, isOurs, ours } from './database.js'
import { moveDatabase } from './move-database.js'
import { assertName } from './names.js'
import { onInstance } from './own-database.js'
import { endSessions } from './sessions.js'

/**
 * The marker gets this run's epoch before the move and not after, so that no run ends between a move and its mark.
 * @type {import('@edfi-tenants/provisioner').Provisioner['renameDatabase']}
 */
export const renameDatabase = async (server, request, operation) => {
  const { from, to, owner } = request
  assertName(from)
  assertName(to)
  return onInstance(server, owner, operation, async (root) => {
    const renamed = await findDatabase(root, to)
    if (isOurs(renamed, request)) {
      await operation.fence()
      return changeAbout(renamed, owner, {})
    }
    const found = ours(await findDatabase(root, from), request)
    await operation.fence()
    await changeAbout(found, owner, {})
    await operation.fence()
    await endSessions(await moveDatabase(root, found, to, owner.instanceId))
  })
}
