import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { onServer } from './connect.js'
import { findDatabase } from './database.js'
import { codeOf } from './errors.js'
import { assertName } from './names.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['databaseSize']} */
export const databaseSize = async (server, { databaseName }, operation) => {
  assertName(databaseName)
  return onServer(server, operation, async (root) => {
    const found = await findDatabase(root, databaseName)
    return found && sizeOf(found.folder)
  })
}

/** Bytes of all files below a folder. @param {string} folder */
export async function sizeOf(folder) {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      try {
        bytes += (await stat(path.join(entry.parentPath, entry.name))).size
      } catch (error) {
        // Sessions come and go.
        if (codeOf(error) !== 'ENOENT') throw error
      }
  return bytes
}
