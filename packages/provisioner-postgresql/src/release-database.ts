import type { Operation, ReleaseDatabase, Server } from '@edfi-tenants/provisioner'
import { holdDatabase } from './adopt-database.js'
import { adminTarget, onMaintenance, withSession } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { disownLogin, dropOwnLogin } from './login.js'
import { findDatabase } from './marker.js'
import { assertOurs } from './own-database.js'
import { assertName, quoteName, quoteText } from './quote.js'

/** The login first: what it owns can be taken from it only where the database is still ours. */
export const releaseDatabase = async (
  server: Server,
  request: ReleaseDatabase,
  operation: Operation,
): Promise<void> => {
  const { databaseName, owner, ownLogin } = request
  assertName(databaseName)
  if (ownLogin) assertName(ownLogin.username)
  await onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findDatabase(session, databaseName)
    if (found?.marker) assertOurs(found, request)
    if (ownLogin?.drop)
      await dropOwnLogin(session, operation, owner, ownLogin.username, (name, work) =>
        withSession(adminTarget(server, settings, name), operation.signal, work),
      )
    else if (ownLogin) await disownLogin(session, operation, owner, ownLogin.username)
    if (found && !found.marker) return
    assertOurs(found, request)
    await operation.fence()
    await session.transaction(async () => {
      await holdDatabase(session, found)
      const now = await findDatabase(session, databaseName)
      assertOurs(now, { owner, identity: found.identity })
      const comment = now.replaced === null ? 'null' : quoteText(now.replaced)
      await session.query(`comment on database ${quoteName(databaseName)} is ${comment}`)
    })
  })
}
