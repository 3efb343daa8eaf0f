import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import {
  assertName,
  assertOurs,
  claim,
  findDatabase,
  grantRights,
  isOurs,
  lockInstance,
  onMaintenance,
} from '@edfi-tenants/provisioner-mssql'
import { renameTo } from './rename-to.js'
import { asSqlServer } from './settings.js'
import { letIn } from './shut-out.js'

/** The opposite of retiring: the name first, then who may connect. */
export const reviveDatabase = async (server: Server, request: RetireDatabase, operation: Operation): Promise<void> => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  assertName(login.username)
  await onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const retired = await findDatabase(session, retiredName)
    const isRetired = isOurs(retired, request)
    const found = isRetired ? retired : await findDatabase(session, databaseName)
    // Where an earlier try had renamed it, there may still be something to do.
    if (!isOurs(found, request)) assertOurs(retired, request)
    assertOurs(found, request)
    await operation.fence()
    await claim(session, found, owner)
    if (isRetired) {
      await operation.fence()
      await renameTo(session, settings, found, databaseName)
    }
    await letIn(session, operation, databaseName, owner)
    await grantRights(session, operation, databaseName, login.username)
  })
}
