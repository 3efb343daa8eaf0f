import { createHash } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import { onServer } from './connect.js'
import { findDatabase, notOurs } from './database.js'
import { unlessStopped } from './errors.js'
import { assertName } from './names.js'
import { readContent } from './tables.js'

/** The one format: lines of JSON, the versions first, then a row each, and at the end a checksum of all before it. */
export const format = 'folders-lines'

const chunkBytes = 64 * 1024

/** @type {import('@edfi-tenants/provisioner').Provisioner['exportFormats']} */
export const exportFormats = (server, operation) => onServer(server, operation, () => Promise.resolve([format]))

/** @type {import('@edfi-tenants/provisioner').Provisioner['exportDatabase']} */
export const exportDatabase = async (server, { databaseName, identity }, write, operation) => {
  assertName(databaseName)
  return onServer(server, operation, async (root) => {
    const found = await findDatabase(root, databaseName)
    if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
    if ((identity ?? found.identity) !== found.identity) throw notOurs()
    let bytes = 0
    for (const chunk of chunksOf(await linesOf(found.folder))) {
      await unlessStopped(write(chunk), operation.signal)
      bytes += chunk.length
    }
    return { format, bytes }
  })
}

/** @param {string} folder */
async function linesOf(folder) {
  const { odsVersion, dataStandard, tables } = (await readContent(folder)) ?? {
    odsVersion: null,
    dataStandard: null,
    tables: {},
  }
  const lines = [{ odsVersion, dataStandard, tables: Object.keys(tables) }, ...rowsOf(tables)]
  return lines.map((line) => `${JSON.stringify(line)}\n`)
}

/** @param {import('./tables.js').Content['tables']} tables */
const rowsOf = (tables) => Object.entries(tables).flatMap(([table, rows]) => rows.map((row) => ({ table, row })))

/** @param {string[]} lines */
function* chunksOf(lines) {
  const hash = createHash('sha256')
  let chunk = ''
  for (const line of lines) {
    hash.update(line)
    chunk += line
    if (chunk.length < chunkBytes) continue
    yield Buffer.from(chunk)
    chunk = ''
  }
  yield Buffer.from(`${chunk}${JSON.stringify({ sha256: hash.digest('hex') })}\n`)
}
