import { isOwnedBy, privateName, type DropDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { dropPrivate } from './drop-private.js'
import { lockInstance } from './instance-lock.js'
import { dropOwnLogin } from './login.js'
import { findInstance, type FoundDatabase } from './marker.js'
import { claim, findOpen, isOurs, mayBeLookedAt, notOurs } from './own-database.js'
import { assertName } from './quote.js'
import { renameTo } from './rename-to.js'
import { ownWays, type Ways } from './ways.js'

/**
 * Drops an instance's database, what was left of it unfinished, and its own login. SQL Server has no conditional DROP,
 * and nobody can drop what he is inside of, so the database first gets a private name, by a session inside of it that
 * has compared the marker; only that name is dropped.
 */
export const dropDatabase = async (
  server: Server,
  request: DropDatabase,
  operation: Operation,
  ways: Ways = ownWays,
): Promise<{ dropped: string[] }> => {
  assertName(request.databaseName)
  if (request.ownLogin !== undefined) assertName(request.ownLogin)
  return onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, request.owner, operation.signal)
    await ways.settle?.({ server, settings, session, owner: request.owner, operation, ways }, null)
    const { finished, leftovers } = await findInstance(session, request.databaseName, request.owner)
    const isAnothers = finished !== null && isAnother(finished, request)
    const ours = finished && !isAnothers ? await findOpen(session, finished.name, request, operation.fence) : null
    if (ours && !isOurs(ours, request)) throw notOurs()
    const dropped: string[] = []
    for (const leftover of leftovers) {
      await operation.fence()
      await dropPrivate(session, leftover.name, ways)
      dropped.push(leftover.name)
    }
    if (ours) {
      await retire(session, ours, request, operation, ways)
      await operation.fence()
      await dropPrivate(session, privateName(request.owner), ways)
      dropped.push(request.databaseName)
    }
    if (request.ownLogin !== undefined) await dropOwnLogin(session, operation, request.owner, request.ownLogin)
    // A name that somebody else took keeps nothing of the instance's from being removed.
    if (isAnothers) throw notOurs()
    return { dropped }
  })
}

/** Of an offline database only the identity is known. */
const isAnother = (found: FoundDatabase, request: DropDatabase): boolean =>
  found.state === 'offline'
    ? !mayBeLookedAt(found, request)
    : found.access !== 'single' && !isOwnedBy(found.marker, { ...request.owner, epoch: Infinity })

/** Ends all use of the database and gives it its private name. */
async function retire(
  session: Session,
  found: FoundDatabase,
  { owner }: DropDatabase,
  operation: Operation,
  ways: Ways,
) {
  await operation.fence()
  await claim(session, found, owner)
  await operation.fence()
  await renameTo(session, found, privateName(owner), ways)
}
