import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, privateName, type DropDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import {
  assertName,
  findDatabase,
  findInstance,
  isOurs,
  lockInstance,
  notOurs,
  onMaintenance,
} from '@edfi-tenants/provisioner-mssql'
import { dropPrivate } from './drop-private.js'
import { renameTo } from './rename-to.js'
import { asSqlServer } from './settings.js'
import { shutOut } from './shut-out.js'

/**
 * Drops an instance's database and what was left of it unfinished. There is no conditional DROP, and nobody can drop what
 * he is inside of, so the marker is compared as it is replaced, inside the database; then it gets a private name, and only
 * that name is dropped.
 */
export const dropDatabase = async (
  server: Server,
  request: DropDatabase,
  operation: Operation,
): Promise<{ dropped: string[] }> => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const { finished, leftovers } = await findInstance(session, databaseName, owner)
    const isAnothers = finished !== null && !isOwnedBy(finished.marker, { ...owner, epoch: Infinity })
    const ours = isAnothers ? null : finished
    if (ours && !isOurs(ours, request)) throw notOurs()
    const dropped: string[] = []
    for (const leftover of leftovers) {
      await operation.fence()
      await dropPrivate(session, settings, leftover.name)
      dropped.push(leftover.name)
    }
    if (ours) {
      const name = privateName(owner)
      await shutOut(session, operation, ours, owner)
      await operation.fence()
      await renameTo(session, settings, ours, name)
      if ((await findDatabase(session, name))?.identity !== ours.identity)
        throw new Failure('database_error', 'Another database had come in the place of the one to drop.')
      await operation.fence()
      await dropPrivate(session, settings, name)
      dropped.push(databaseName)
    }
    // A name that somebody else took keeps nothing of the instance's from being removed.
    if (isAnothers) throw notOurs()
    return { dropped }
  })
}
