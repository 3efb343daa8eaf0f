import { createHash } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import { unlessStopped } from './errors.js'
import { format } from './export-database.js'
import { writeContent } from './tables.js'

/**
 * Reads an export to its end before anything of it is written: what is damaged leaves nothing.
 * @param {string} folder
 * @param {Extract<import('@edfi-tenants/provisioner').DatabaseSource, { kind: 'export' }>} source
 * @param {AbortSignal} signal
 */
export async function restoreInto(folder, { format: given, chunks }, signal) {
  if (given !== format) throw new Failure('not_supported', 'Exports of this format cannot be read here.')
  /** @type {Uint8Array[]} */
  const received = []
  const iterator = chunks[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = await unlessStopped(iterator.next(), signal)
    if (done) break
    received.push(value)
  }
  await writeContent(folder, parse(Buffer.concat(received).toString('utf8')))
}

/** @param {string} text @returns {import('./tables.js').Content} */
function parse(text) {
  const end = text.lastIndexOf('\n', text.length - 2) + 1
  const damaged = new Failure('archive_corrupt', 'This is no whole export.')
  try {
    const { sha256 } = JSON.parse(text.slice(end))
    if (sha256 !== createHash('sha256').update(text.slice(0, end)).digest('hex')) throw damaged
    const [head, ...rows] = text
      .slice(0, end - 1)
      .split('\n')
      .map((line) => JSON.parse(line))
    /** @type {import('./tables.js').Content['tables']} */
    const tables = Object.fromEntries(head.tables.map((/** @type {string} */ name) => [name, []]))
    for (const { table, row } of rows) tables[table]?.push(row)
    return { odsVersion: head.odsVersion, dataStandard: head.dataStandard, tables }
  } catch {
    throw damaged
  }
}
