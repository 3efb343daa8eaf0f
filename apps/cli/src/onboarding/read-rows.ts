import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Refusal, type RefusalFault } from '../refusal.js'
import type { CellDefaults } from './body-of-cells.js'
import { decodeText } from './decode-text.js'
import { readCsv } from './read-csv.js'
import { readJsonLines } from './read-json-lines.js'
import type { Row } from './row.js'

/** What a file may be. */
export const formats = ['csv', 'jsonl'] as const
export type Format = (typeof formats)[number]

/** How a file is read. */
export interface ReadOptions extends CellDefaults {
  /** Default: JSON Lines for `.jsonl` and `.ndjson`, else CSV. */
  format?: Format
  /** What `-` stands for. */
  stdin: NodeJS.ReadableStream
}

/** Reads the rows of a file; throws a {@link Refusal} with every fault in it. */
export async function readRows(file: string, options: ReadOptions): Promise<Row[]> {
  const text = decodeText(await bytesOf(file, options.stdin))
  const format = options.format ?? (/\.(?:jsonl|ndjson)$/i.test(file) ? 'jsonl' : 'csv')
  const { rows, faults } = format === 'csv' ? readCsv(text, options) : readJsonLines(text)
  const all = [...faults, ...repeatedRefs(rows)].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (all.length > 0)
    throw new Refusal(
      `${nameOf(file)} has ${all.length === 1 ? 'a fault' : `${all.length} faults`}; nothing was sent.`,
      {
        code: 'file_faults',
        faults: all,
      },
    )
  if (rows.length === 0) throw new Refusal(`${nameOf(file)} asks for no instance.`, { code: 'empty_file' })
  return rows
}

const nameOf = (file: string): string => (file === '-' ? 'The input' : path.basename(file))

async function bytesOf(file: string, stdin: NodeJS.ReadableStream): Promise<Uint8Array> {
  if (file === '-') return buffer(stdin)
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason =
      { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'it may not be read' }[code] ?? code
    throw new Refusal(`${file} cannot be read: ${reason}.`, { code: 'file_unreadable' })
  }
}

/** A ref is what a row is found by afterwards. */
function repeatedRefs(rows: readonly Row[]): RefusalFault[] {
  const lines = new Map<string, number>()
  return rows.flatMap(({ line, ref }) => {
    if (ref === null) return []
    const first = lines.get(ref)
    if (first === undefined) {
      lines.set(ref, line)
      return []
    }
    return [{ line, ref, where: 'ref', detail: `is already that of line ${first}` }]
  })
}
