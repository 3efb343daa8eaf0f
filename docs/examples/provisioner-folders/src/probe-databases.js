import { onServer } from './connect.js'
import { findDatabase, ownerOf } from './database.js'
import { sizeOf } from './database-size.js'
import { countSessions } from './sessions.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['probeDatabases']} */
export const probeDatabases = (server, { databaseNames, sizes }, operation) =>
  onServer(server, operation, (root) => Promise.all(databaseNames.map((name) => probe(root, name, sizes))))

/**
 * @param {string} root
 * @param {string} databaseName
 * @param {boolean} sizes
 * @returns {Promise<import('@edfi-tenants/provisioner').DatabaseProbe>}
 */
async function probe(root, databaseName, sizes) {
  const found = await findDatabase(root, databaseName)
  if (!found) return { databaseName, state: 'missing', identity: null, owner: null, sizeBytes: null, connections: null }
  return {
    databaseName,
    state: found.about.open ? 'online' : 'stopped',
    identity: found.identity,
    owner: ownerOf(found),
    sizeBytes: sizes ? await sizeOf(found.folder) : null,
    connections: await countSessions(found.folder),
  }
}
