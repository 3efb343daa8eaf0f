import type { Operation, RenameDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { assertOurs, claim, findOpen, isOurs, isStopped, setMultiUser } from './own-database.js'
import { assertName } from './quote.js'
import { renameTo } from './rename-to.js'
import { takeOffline } from './stop-database.js'
import { ownWays, type Ways } from './ways.js'

/** Renames; whether the database took connections stays as it was. */
export const renameDatabase = async (
  server: Server,
  request: RenameDatabase,
  operation: Operation,
  ways: Ways = ownWays,
): Promise<void> => {
  const { from, to, owner } = request
  const { fence } = operation
  assertName(from)
  assertName(to)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const stopped = [await findDatabase(session, from), await findDatabase(session, to)].some(
      (each) => each && isStopped(each),
    )
    const found = await findOpen(session, from, request, fence)
    const isThere = isOurs(found, request)
    // Not there under its old name: an earlier try had renamed it, and it becomes this run's.
    const ours = isThere ? found : await findOpen(session, to, request, fence)
    if (!isOurs(ours, request)) {
      assertOurs(found, request)
      return
    }
    await fence()
    await claim(session, ours, owner)
    await fence()
    if (isThere) await renameTo(session, ours, to, ways)
    else if (ours.access === 'single') await setMultiUser(session, ours.name)
    if (stopped && isStopped(ours)) {
      await fence()
      await takeOffline(session, isThere ? to : ours.name)
    }
  })
}
