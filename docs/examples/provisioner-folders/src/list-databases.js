import { onServer } from './connect.js'
import { allDatabases, ownerOf } from './database.js'
import { sizeOf } from './database-size.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['listDatabases']} */
export const listDatabases = (server, operation) => onServer(server, operation, readDatabases)

/** @param {string} root @returns {Promise<import('@edfi-tenants/provisioner').DatabaseInfo[]>} */
export const readDatabases = async (root) =>
  Promise.all(
    (await allDatabases(root)).map(async (database) => ({
      name: database.name,
      identity: database.identity,
      owner: ownerOf(database),
      kind: database.marker?.kind ?? null,
      isTemplate: database.about.template ?? false,
      allowsConnections: database.about.open,
      sizeBytes: await sizeOf(database.folder).catch(() => null),
    })),
  )
