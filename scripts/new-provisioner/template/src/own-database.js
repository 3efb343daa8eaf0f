import { Failure } from '@edfi-tenants/core'
import { isOwnedBy } from '@edfi-tenants/provisioner'
import { onServer } from './connect.js'

/**
 * Runs work on what an instance has on a server, while nobody else does.
 * @template Value
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 * @param {import('@edfi-tenants/provisioner').Operation} operation
 * @param {(session: import('./connect.js').Session) => Promise<Value>} work
 */
export const onInstance = (server, owner, operation, work) =>
  onServer(server, operation, async (session) => {
    await session.lock(owner.instanceId)
    return work(session)
  })

/**
 * Whether a database is this owner's, under no later epoch, and the one on record where that is known.
 * @param {import('./marker.js').FoundDatabase | null} found
 * @param {{ owner: import('@edfi-tenants/provisioner').Ownership, identity?: string | undefined }} owned
 * @returns {found is import('./marker.js').FoundDatabase}
 */
export const isOurs = (found, { owner, identity }) =>
  found !== null && isOwnedBy(found.marker, owner) && (identity ?? found.identity) === found.identity

/**
 * Throws `database_missing` or `not_our_database`.
 * @param {import('./marker.js').FoundDatabase | null} found
 * @param {{ owner: import('@edfi-tenants/provisioner').Ownership, identity?: string | undefined }} owned
 */
export function ours(found, owned) {
  if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
  if (!isOurs(found, owned)) throw notOurs()
  return found
}

export const notOurs = () =>
  new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.')
