import type { Operation, OwnDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { assertOurs, claim, findOpen, setMultiUser } from './own-database.js'
import { assertName } from './quote.js'

/** Online, looked at while it is closed to others, then open to everybody. */
export const startDatabase = async (server: Server, request: OwnDatabase, operation: Operation): Promise<void> => {
  assertName(request.databaseName)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, request.owner, operation.signal)
    const found = await findOpen(session, request.databaseName, request, operation.fence)
    assertOurs(found, request)
    await operation.fence()
    await claim(session, found, request.owner)
    if (found.access === 'multi') return
    await operation.fence()
    await setMultiUser(session, found.name)
  })
}
