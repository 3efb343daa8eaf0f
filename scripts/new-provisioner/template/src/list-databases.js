import { onServer } from './connect.js'
import { ownerOf, readDatabases } from './marker.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['listDatabases']} */
export const listDatabases = (server, operation) => onServer(server, operation, presentDatabases)

/** @param {import('./connect.js').Session} session @returns {Promise<import('@edfi-tenants/provisioner').DatabaseInfo[]>} */
export const presentDatabases = async (session) =>
  (await readDatabases(session)).map((found) => ({
    name: found.name,
    identity: found.identity,
    owner: ownerOf(found),
    kind: found.marker?.kind ?? null,
    isTemplate: found.isTemplate,
    allowsConnections: found.allowsConnections,
    sizeBytes: found.sizeBytes,
  }))
