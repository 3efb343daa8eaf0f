import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, type AdoptDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { grantRights } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { ensureOwnLogin } from './login.js'
import { findDatabase, type FoundDatabase } from './marker.js'
import { claim } from './own-database.js'
import { assertName } from './quote.js'

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
  return onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, databaseName)
    assertAdoptable(found, request)
    await operation.fence()
    await claim(session, found, owner)
    if (login.own) await ensureOwnLogin(session, operation, owner, login)
    await grantRights(session, operation, found.name, login.username)
    return { identity: found.identity }
  })
}

function assertAdoptable(
  found: FoundDatabase | null,
  { owner, replaces }: AdoptDatabase,
): asserts found is FoundDatabase {
  if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
  if (found.state !== 'online')
    throw new Failure('database_error', 'The database is not online, so its marker cannot be read.')
  const { marker } = found
  const may = (instanceId: string) => isOwnedBy(marker, { ...owner, instanceId })
  const isOurs = may(owner.instanceId) || (replaces !== undefined && may(replaces))
  if (marker && !(marker.kind === 'instance' && isOurs))
    throw new Failure('not_our_database', 'The database is marked as somebody’s already; it was not touched.')
}
