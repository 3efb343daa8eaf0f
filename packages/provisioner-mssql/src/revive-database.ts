import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { grantRights, grantStatements } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { ensureOwnLogin } from './login.js'
import { inside } from './marker.js'
import { assertOurs, claim, findOpen, isOurs, setMultiUser } from './own-database.js'
import { assertName } from './quote.js'
import { renameTo } from './rename-to.js'
import { ownWays, type Ways } from './ways.js'

/** The opposite of retiring: the login first, then who may connect, the name, and online also where it was stopped since. */
export const reviveDatabase = async (
  server: Server,
  request: RetireDatabase,
  operation: Operation,
  ways: Ways = ownWays,
): Promise<void> => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  assertName(login.username)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const retired = await findOpen(session, retiredName, request, operation.fence)
    const isRetired = isOurs(retired, request)
    const found = isRetired ? retired : await findOpen(session, databaseName, request, operation.fence)
    // Where an earlier try had renamed it, there may still be something to do.
    if (!isOurs(found, request)) assertOurs(retired, request)
    assertOurs(found, request)
    if (login.own) await ensureOwnLogin(session, operation, owner, login)
    await operation.fence()
    await claim(session, found, owner)
    if (isRetired) {
      await operation.fence()
      await renameTo(session, found, databaseName, ways)
    }
    const name = isRetired ? databaseName : found.name
    if (found.access !== 'multi') {
      await operation.fence()
      await setMultiUser(session, name)
    }
    if (found.retiredFrom.length > 0) {
      await operation.fence()
      await inside(session, name, grantStatements(found.retiredFrom).join(';\n'), (text, there) => there.finish(text))
      const open = await findOpen(session, name, request, operation.fence)
      await operation.fence()
      if (isOurs(open, request)) await claim(session, open, owner, [])
    }
    await grantRights(session, operation, name, login.username)
  })
}
