import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, type AdoptDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { adminTarget, onMaintenance, withSession, type Session } from './connect.js'
import { grantRights } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { assertMayChange } from './lacking-rights.js'
import { ensureOwnLogin } from './login.js'
import { findDatabase, markDatabase, type FoundDatabase } from './marker.js'
import { assertName, quoteName } from './quote.js'

/**
 * Marks a database that nobody has marked. The marker comes first, so that whatever happens afterwards finds a database
 * of ours; who may connect is left as it is.
 */
export const adoptDatabase = async (
  server: Server,
  request: AdoptDatabase,
  operation: Operation,
): Promise<{ identity: string }> => {
  const { databaseName, owner, login } = request
  assertName(databaseName)
  assertName(login.username)
  return onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, databaseName)
    assertAdoptable(found, request)
    await operation.fence()
    await mark(session, found, request)
    if (login.own) await ensureOwnLogin(session, operation, owner, login, settings.ownLoginRole)
    await operation.fence()
    await withSession(adminTarget(server, settings, databaseName), operation.signal, (inside) =>
      grantRights(inside, operation, login.username),
    )
    return { identity: found.identity }
  })
}

/** Looks again after a change that keeps everybody else from changing the database until the transaction ends. */
async function mark(session: Session, found: FoundDatabase, request: AdoptDatabase): Promise<void> {
  await session.transaction(async () => {
    await holdDatabase(session, found)
    const now = await findDatabase(session, found.name)
    assertAdoptable(now, request)
    if (now.identity !== found.identity)
      throw new Failure('database_missing', 'The database was replaced by another one meanwhile.')
    const { retiredFrom, replaced } = now
    await markDatabase(session, now.name, request.owner, now.identity, { retiredFrom, replaced })
  })
}

/** Changes nothing about a database, and is the only one to change it until the transaction ends. */
export async function holdDatabase(session: Session, found: FoundDatabase): Promise<void> {
  assertMayChange(found)
  const { name, allowsConnections } = found
  await session.query(`alter database ${quoteName(name)} with allow_connections ${String(allowsConnections)}`)
}

function assertAdoptable(
  found: FoundDatabase | null,
  { owner, replaces }: AdoptDatabase,
): asserts found is FoundDatabase {
  if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
  const { marker } = found
  const may = (instanceId: string) => isOwnedBy(marker, { ...owner, instanceId })
  const isOurs = may(owner.instanceId) || (replaces !== undefined && may(replaces))
  if (marker && !(marker.kind === 'instance' && isOurs))
    throw new Failure('not_our_database', 'The database is marked as somebody’s already; it was not touched.')
  if (found.isTemplate)
    throw new Failure('database_error', 'The database is marked as a template; unmark it (IS_TEMPLATE false) first.')
}
