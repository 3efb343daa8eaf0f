import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, privateName, type DropDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { adminTarget, onMaintenance, withSession, type Session } from './connect.js'
import { whileSessionsEnd } from './end-sessions.js'
import { insteadOf, stateOf } from './errors.js'
import { lockInstance } from './instance-lock.js'
import { assertMayChange } from './lacking-rights.js'
import { dropOwnLogin } from './login.js'
import { findInstance, type FoundDatabase } from './marker.js'
import { changeOurs, isOurs, renameTo } from './own-database.js'
import { assertName, quoteName } from './quote.js'

/**
 * Drops an instance's database, what was left of it unfinished, and its own login. PostgreSQL has no conditional
 * DROP, so the database first gets a private name, in a transaction that looks at marker and oid after the change and
 * undoes it when they are not what they should be; only that name is dropped.
 */
export const dropDatabase = async (
  server: Server,
  request: DropDatabase,
  operation: Operation,
): Promise<{ dropped: string[] }> => {
  assertName(request.databaseName)
  if (request.ownLogin !== undefined) assertName(request.ownLogin)
  return onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, request.owner, operation.signal)
    const { finished, leftovers } = await findInstance(session, request.databaseName, request.owner)
    const isAnothers = finished !== null && !isOwnedBy(finished.marker, { ...request.owner, epoch: Infinity })
    if (finished && !isAnothers) assertDroppable(finished, request)
    const dropped: string[] = []
    for (const leftover of leftovers) {
      assertMayChange(leftover)
      await operation.fence()
      await dropPrivate(session, leftover.name)
      dropped.push(leftover.name)
    }
    if (finished && !isAnothers) {
      await operation.fence()
      await retire(server, session, finished, request, operation)
      await operation.fence()
      await dropPrivate(session, privateName(request.owner))
      dropped.push(finished.name)
    }
    if (request.ownLogin !== undefined)
      await dropOwnLogin(session, operation, request.owner, request.ownLogin, (name, work) =>
        withSession(adminTarget(server, settings, name), operation.signal, work),
      )
    // A name that somebody else took keeps nothing of the instance's from being removed.
    if (isAnothers) throw notOurs()
    return { dropped }
  })
}

/**
 * Drops a database with a name that only we make. Runs to its end even when the signal has aborted: a DROP that is
 * cancelled in the middle leaves a database that can only be dropped.
 */
export async function dropPrivate(session: Session, name: string): Promise<void> {
  const drop = () => session.finish(`drop database if exists ${quoteName(name)} with (force)`)
  try {
    await drop()
  } catch (error) {
    // It is ours to drop: what may not be ended is a session of a superuser, a cloud's own for instance.
    if (stateOf(error) === '42501')
      throw insteadOf(error, ['42501'], 'database_error', 'A session that only a superuser can end is on it.', true)
    // A cancel meant for the statement before can arrive late.
    if (stateOf(error) !== '57014') throw error
    await drop()
  }
}

const notOurs = (): Failure =>
  new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.')

function assertDroppable(found: FoundDatabase, request: DropDatabase): void {
  if (!isOurs(found, request)) throw notOurs()
  assertMayChange(found)
  if (found.isTemplate)
    throw new Failure('database_error', 'The database is marked as a template; unmark it (IS_TEMPLATE false) first.')
}

/** Ends all use of the database and gives it its private name. */
const retire = (
  server: Server,
  session: Session,
  found: FoundDatabase,
  { owner }: DropDatabase,
  operation: Operation,
): Promise<void> =>
  whileSessionsEnd(server, found.identity, operation, () =>
    changeOurs(session, { found, owner, nameAfter: privateName(owner) }, async () => {
      await renameTo(session, found.name, privateName(owner))
      return undefined
    }),
  )
