import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { denyStatements, usersWithAccess } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { disableOwnLogin } from './login.js'
import { inside, type FoundDatabase } from './marker.js'
import { assertOurs, claim, findOpen, isOurs, setMultiUser } from './own-database.js'
import { assertName } from './quote.js'
import { renameTo } from './rename-to.js'
import { ownWays, type Ways } from './ways.js'

/**
 * The retired name first, then nobody but the privileged may connect, nor the instance's own login sign in. The database
 * stays online, since what is retired can still be copied. Whom it was closed to is kept with the marker.
 */
export const retireDatabase = async (
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
    const found = isOurs(retired, request) ? retired : await findOpen(session, databaseName, request, operation.fence)
    assertOurs(found, request)
    const users = await usersWithAccess(session, found.name)
    const all = [...new Set([...found.retiredFrom, ...users])]
    await operation.fence()
    await claim(session, found, owner, all)
    if (found !== retired) {
      await operation.fence()
      await renameTo(session, found, retiredName, ways)
    }
    await operation.fence()
    await shutOut(session, { ...found, name: found === retired ? found.name : retiredName }, all)
    if (login.own) {
      await operation.fence()
      await disableOwnLogin(session, owner, login.username)
    }
  })
}

/** Whoever is on it by then came in between the rename and the denial; a stopped database is opened to the privileged. */
async function shutOut(session: Session, found: FoundDatabase, users: readonly string[]): Promise<void> {
  if (users.length > 0)
    await inside(session, found.name, denyStatements(users).join(';\n'), (text, there) => there.finish(text))
  if (found.access !== 'multi') await setMultiUser(session, found.name)
}
