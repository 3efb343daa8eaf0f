import type { Operation, ReleaseDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { disownLogin, dropOwnLogin } from './login.js'
import { unmarkStatement } from './marker.js'
import { assertOurs, changeMarker, findOpen } from './own-database.js'
import { assertName } from './quote.js'

/** The login first, while the marker still says whose it is. */
export const releaseDatabase = async (
  server: Server,
  request: ReleaseDatabase,
  operation: Operation,
): Promise<void> => {
  const { databaseName, owner, ownLogin } = request
  assertName(databaseName)
  if (ownLogin) assertName(ownLogin.username)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const found = await findOpen(session, databaseName, request, operation.fence)
    if (found?.marker) assertOurs(found, request)
    if (ownLogin?.drop) await dropOwnLogin(session, operation, owner, ownLogin.username)
    else if (ownLogin) await disownLogin(session, operation, owner, ownLogin.username)
    if (found && !found.marker) return
    assertOurs(found, request)
    await operation.fence()
    await changeMarker(session, found, unmarkStatement)
  })
}
