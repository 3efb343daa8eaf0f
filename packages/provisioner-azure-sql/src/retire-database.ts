import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import {
  assertName,
  assertOurs,
  findDatabase,
  isOurs,
  lockInstance,
  onMaintenance,
} from '@edfi-tenants/provisioner-mssql'
import { renameTo } from './rename-to.js'
import { asSqlServer } from './settings.js'
import { shutOut } from './shut-out.js'

/** Nobody but the privileged may connect any more, then the retired name. It stays online, so it can still be copied. */
export const retireDatabase = async (server: Server, request: RetireDatabase, operation: Operation): Promise<void> => {
  const { databaseName, retiredName, owner } = request
  assertName(databaseName)
  assertName(retiredName)
  await onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    await lockInstance(session, owner, operation.signal)
    const retired = await findDatabase(session, retiredName)
    const isRetired = isOurs(retired, request)
    const found = isRetired ? retired : await findDatabase(session, databaseName)
    assertOurs(found, request)
    await shutOut(session, operation, found, owner)
    if (isRetired) return
    await operation.fence()
    await renameTo(session, settings, found, retiredName)
  })
}
