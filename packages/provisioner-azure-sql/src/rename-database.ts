import type { Operation, RenameDatabase, Server } from '@edfi-tenants/provisioner'
import {
  assertName,
  assertOurs,
  claim,
  findDatabase,
  isOurs,
  lockInstance,
  onMaintenance,
} from '@edfi-tenants/provisioner-mssql'
import { renameTo } from './rename-to.js'
import { asSqlServer } from './settings.js'
import { letIn, shutOut } from './shut-out.js'

/** Renames; nobody can connect meanwhile, and everybody can afterwards, also where the name is taken. */
export const renameDatabase = async (server: Server, request: RenameDatabase, operation: Operation): Promise<void> => {
  const { from, to, owner } = request
  assertName(from)
  assertName(to)
  await onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, from)
    const isThere = isOurs(found, request)
    // Not there under its old name: an earlier try had renamed it, and it becomes this run's.
    const ours = isThere ? found : await findDatabase(session, to)
    if (!isOurs(ours, request)) {
      assertOurs(found, request)
      return
    }
    if (isThere) {
      await shutOut(session, operation, ours, owner)
      await operation.fence()
      try {
        await renameTo(session, settings, ours, to)
      } catch (error) {
        // The error that led here says more; where this fails too, the next run opens it.
        await letIn(session.steady, operation, from, owner).catch(() => undefined)
        throw error
      }
    } else {
      await operation.fence()
      await claim(session, ours, owner)
    }
    await letIn(session, operation, to, owner)
  })
}
