import { onServer } from './connect.js'
import { ownerOf, readDatabases } from './marker.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['probeDatabases']} */
export const probeDatabases = (server, { databaseNames, sizes }, operation) =>
  onServer(server, operation, async (session) => {
    const databases = new Map((await readDatabases(session)).map((each) => [each.name, each]))
    return databaseNames.map((databaseName) => present(databaseName, databases.get(databaseName), sizes))
  })

/**
 * @param {string} databaseName
 * @param {import('./marker.js').FoundDatabase | undefined} found
 * @param {boolean} sizes
 * @returns {import('@edfi-tenants/provisioner').DatabaseProbe}
 */
function present(databaseName, found, sizes) {
  if (!found) return { databaseName, state: 'missing', identity: null, owner: null, sizeBytes: null, connections: null }
  const { identity, allowsConnections, connections, sizeBytes } = found
  const state = allowsConnections ? 'online' : 'stopped'
  return { databaseName, state, identity, owner: ownerOf(found), sizeBytes: sizes ? sizeBytes : null, connections }
}
