import { onServer } from './connect.js'
import { findDatabase } from './marker.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['databaseSize']} */
export const databaseSize = async (server, { databaseName }, operation) => {
  assertName(databaseName)
  return onServer(server, operation, async (session) => (await findDatabase(session, databaseName))?.sizeBytes ?? null)
}
