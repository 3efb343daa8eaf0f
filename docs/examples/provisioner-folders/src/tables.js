import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { assertNotStopped, codeOf } from './errors.js'
import { writeWhole } from './write-whole.js'

/**
 * What is in a database: rows by table, and the versions it says it has. It lies in a folder of its own, `rows.<id>`, that
 * is never changed; the file `current` names it. So a change is there as a whole or not at all, and a copy of a database
 * in use is consistent.
 * @typedef {{ odsVersion: string | null, dataStandard: string | null, tables: Record<string, object[]> }} Content
 */

/** @param {string} folder */
const currentOf = async (folder) => {
  try {
    return path.join(folder, (await readFile(path.join(folder, 'current'), 'utf8')).trim())
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/**
 * Reads from the present rows; again when they were replaced and cleared away meanwhile.
 * @template Value
 * @param {string} folder
 * @param {(rows: string) => Promise<Value>} work
 * @returns {Promise<Value | null>} Null when nothing was ever put there.
 */
async function withCurrent(folder, work) {
  for (;;) {
    const rows = await currentOf(folder)
    if (rows === null) return null
    try {
      return await work(rows)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || (await currentOf(folder)) === rows) throw error
    }
  }
}

/** @param {string} folder @returns {Promise<Content | null>} */
export const readContent = (folder) =>
  withCurrent(folder, async (rows) => {
    const versions = JSON.parse(await readFile(path.join(rows, 'versions.json'), 'utf8'))
    const files = (await readdir(rows)).filter((file) => file.endsWith('.jsonl')).sort()
    /** @type {Content['tables']} */
    const tables = {}
    for (const file of files)
      tables[file.slice(0, -'.jsonl'.length)] = (await readFile(path.join(rows, file), 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    return { ...versions, tables }
  })

/** Replaces all that is in a database, in one step. @param {string} folder @param {Content} content */
export async function writeContent(folder, { odsVersion, dataStandard, tables }) {
  await replaceRows(folder, async (rows) => {
    await writeFile(path.join(rows, 'versions.json'), JSON.stringify({ odsVersion, dataStandard }))
    for (const [name, list] of Object.entries(tables))
      await writeFile(path.join(rows, `${name}.jsonl`), list.map((row) => `${JSON.stringify(row)}\n`).join(''))
  })
}

/**
 * Copies what is in one database to another, new one.
 * @param {string} from
 * @param {string} to
 * @param {AbortSignal} signal
 */
export async function copyContent(from, to, signal) {
  await withCurrent(from, async (source) => {
    await replaceRows(to, async (rows) => {
      for (const file of await readdir(source)) {
        assertNotStopped(signal)
        await copyFile(path.join(source, file), path.join(rows, file))
      }
    })
  })
}

/** @param {string} folder @param {(rows: string) => Promise<void>} fill */
async function replaceRows(folder, fill) {
  const before = await currentOf(folder)
  const rows = path.join(folder, `rows.${randomUUID()}`)
  await mkdir(rows)
  try {
    await fill(rows)
  } catch (error) {
    await rm(rows, { recursive: true, force: true })
    throw error
  }
  await writeWhole(path.join(folder, 'current'), path.basename(rows))
  // Those before stay for whoever reads them still; everything older goes, also what a run left that died.
  for (const file of await readdir(folder))
    if (file.startsWith('rows.') && file !== path.basename(rows) && file !== path.basename(before ?? ''))
      await rm(path.join(folder, file), { recursive: true, force: true })
}
