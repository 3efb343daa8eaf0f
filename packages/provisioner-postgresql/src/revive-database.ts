import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import { adminTarget, onMaintenance, withSession, type Session } from './connect.js'
import { whileSessionsEnd } from './end-sessions.js'
import { grantRights } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { ensureOwnLogin } from './login.js'
import { findDatabase, type ConnectGrant } from './marker.js'
import { allowConnections, assertOurs, changeOurs, isOurs, renameTo } from './own-database.js'
import { assertName, quoteName } from './quote.js'

/**
 * The opposite of retiring: the login first, then in one transaction the name, the rights to connect that there were,
 * and connections on, also where the database had been stopped since.
 */
export const reviveDatabase = async (server: Server, request: RetireDatabase, operation: Operation): Promise<void> => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  assertName(login.username)
  await onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, retiredName)
    const revived = isOurs(found, request) ? null : await findDatabase(session, databaseName)
    // Where an earlier try had renamed it, there may still be something to do for the login.
    if (!isOurs(revived, request)) assertOurs(found, request)
    if (login.own) await ensureOwnLogin(session, operation, owner, login, settings.ownLoginRole)
    await operation.fence()
    if (isOurs(revived, request)) await allowConnections(session, revived, owner, true)
    else if (found)
      await whileSessionsEnd(server, found.identity, operation, () =>
        changeOurs(session, { found, owner, nameAfter: databaseName }, async () => {
          await renameTo(session, retiredName, databaseName)
          for (const grant of found.retiredFrom ?? []) await grantConnect(session, databaseName, grant)
          await session.query(`alter database ${quoteName(databaseName)} with allow_connections true`)
          return { retiredFrom: null }
        }),
      )
    await withSession(adminTarget(server, settings, databaseName), operation.signal, (inside) =>
      grantRights(inside, operation, login.username),
    )
  })
}

/** A role that was dropped meanwhile needs nothing. */
async function grantConnect(
  session: Session,
  databaseName: string,
  { grantee, grantable }: ConnectGrant,
): Promise<void> {
  const known =
    grantee === null || (await session.query('select from pg_roles where rolname = $1::text', [grantee])).length > 0
  if (!known) return
  const to = grantee === null ? 'public' : `${quoteName(grantee)}${grantable ? ' with grant option' : ''}`
  await session.query(`grant connect on database ${quoteName(databaseName)} to ${to}`)
}
