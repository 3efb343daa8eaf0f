import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, privateName, type DropDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { adminTarget, onMaintenance, withSession, type Session } from './connect.js'
import { insteadOf, stateOf } from './errors.js'
import { lockInstance } from './instance-lock.js'
import { dropOwnLogin } from './login.js'
import { findDatabase, findInstance, type FoundDatabase } from './marker.js'
import { assertName, quoteName } from './quote.js'

/** How long ended sessions may take to be gone. */
const sessionsGoneMs = 5_000

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
      await operation.fence()
      await dropPrivate(session, leftover.name)
      dropped.push(leftover.name)
    }
    if (finished && !isAnothers) {
      await retire(session, finished, request, operation)
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
    // A cancel meant for the statement before can arrive late.
    if (stateOf(error) !== '57014') throw error
    await drop()
  }
}

const notOurs = (): Failure =>
  new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.')

function assertDroppable(found: FoundDatabase | null, request: DropDatabase): void {
  if (!found || !isOwnedBy(found.marker, request.owner) || (request.identity ?? found.identity) !== found.identity)
    throw notOurs()
  if (found.isTemplate)
    throw new Failure('database_error', 'The database is marked as a template; unmark it (IS_TEMPLATE false) first.')
}

/** Ends all use of the database and gives it its private name. */
async function retire(
  session: Session,
  { name, identity }: FoundDatabase,
  request: DropDatabase,
  operation: Operation,
): Promise<void> {
  const unfinished = privateName(request.owner)
  const assertStillOurs = async (current: string) => {
    const found = await findDatabase(session, current)
    assertDroppable(found, { ...request, identity })
  }
  await operation.fence()
  await session.transaction(async () => {
    await session.query(`alter database ${quoteName(name)} with allow_connections false`)
    await assertStillOurs(name)
  })
  await operation.fence()
  await endSessions(session, identity)
  await operation.fence()
  try {
    await session.transaction(async () => {
      await session.query(`alter database ${quoteName(name)} rename to ${quoteName(unfinished)}`)
      await assertStillOurs(unfinished)
    })
  } catch (error) {
    throw insteadOf(error, ['55006'], 'database_error', 'A session on the database does not end.', true)
  }
}

/** Ends the sessions on a database that takes no new ones, and waits until they are gone. */
async function endSessions(session: Session, identity: string): Promise<void> {
  const deadline = Date.now() + sessionsGoneMs
  try {
    for (let left = 1; left > 0 && Date.now() < deadline;) {
      const rows = await session.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datid = $1::oid and pid <> pg_backend_pid()',
        [identity],
      )
      left = rows.length
      if (left > 0) await sleep(20)
    }
  } catch (error) {
    throw insteadOf(
      error,
      ['42501'],
      'insufficient_privilege',
      'The login may not end the sessions on the database: it needs pg_signal_backend, and superusers’ sessions must ' +
        'be ended by a superuser.',
    )
  }
}
