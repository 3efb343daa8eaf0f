import { onServer } from './connect.js'
import { withLock } from './instance-lock.js'
import { removeAbandonedNames } from './move-database.js'

/**
 * Runs work on what an instance has on a server, while nobody else does.
 * @template Value
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 * @param {import('@edfi-tenants/provisioner').Operation} operation
 * @param {(root: string) => Promise<Value>} work
 */
export const onInstance = (server, owner, operation, work) =>
  onServer(server, operation, (root) =>
    withLock(root, owner.instanceId, operation.signal, async () => {
      await operation.fence()
      await removeAbandonedNames(root, owner.instanceId)
      return work(root)
    }),
  )
