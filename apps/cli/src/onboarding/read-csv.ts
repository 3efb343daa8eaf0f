import { CsvError, parse } from 'csv-parse/sync'
import { Refusal, type RefusalFault } from '../refusal.js'
import { bodyOfCells, type CellDefaults } from './body-of-cells.js'
import { headerFaults } from './columns.js'
import type { ReadRows, Row } from './row.js'

interface Parsed {
  record: string[]
  info: { lines: number }
}

/**
 * Reads a CSV file (https://www.rfc-editor.org/rfc/rfc4180) with a header. The separator is a comma, or a semicolon or tab
 * where the header has no comma, as spreadsheets write in countries with decimal commas. Every cell is text, without the
 * space around it; an empty one counts as absent. Rows without any text are passed over.
 */
export function readCsv(text: string, defaults: CellDefaults = {}): ReadRows {
  const [head, ...lines] = parseCsv(text)
  if (!head) throw new Refusal('The file is empty; see `onboard --template`.', { code: 'empty_file' })
  const header = head.record.map((name) => name.trim())
  const wrongHeader = headerFaults(header)
  if (wrongHeader.length > 0) return { rows: [], faults: wrongHeader.map((fault) => ({ line: head.line, ...fault })) }

  const rows: Row[] = []
  const faults: RefusalFault[] = []
  for (const { line, record } of lines) {
    if (record.every((cell) => cell.trim() === '')) continue
    const cells = new Map(header.map((name, at) => [name, record[at]?.trim() ?? '']))
    const ref = cells.get('ref') ?? ''
    const own = { line, ref: ref === '' ? null : ref }
    if (record.length !== header.length) {
      const detail = `has ${record.length} cells; the header has ${header.length}. A comma or quote in a value needs quotes around it`
      faults.push({ ...own, where: 'row', detail })
      continue
    }
    const { body, faults: inCells } = bodyOfCells(cells, defaults)
    rows.push({ ...own, isOfCells: true, body })
    faults.push(...inCells.map((fault) => ({ ...own, ...fault })))
  }
  return { rows, faults }
}

/** The records with the line on which each begins. */
function parseCsv(text: string): { line: number; record: string[] }[] {
  // The parser counts a line break of two characters twice inside quotes.
  const lines = text.replaceAll(/\r\n?/g, '\n')
  try {
    const parsed = parse(lines, {
      bom: true,
      delimiter: separatorOf(lines),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: '\n',
    }) as unknown as Parsed[]
    // It tells the line on which a record ends.
    return parsed.map(({ record, info }) => ({ line: info.lines - lineBreaksIn(record), record }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new Refusal(`The file is no proper CSV: ${error.message}`, { code: 'bad_csv' })
  }
}

const lineBreaksIn = (record: readonly string[]): number =>
  record.reduce((count, cell) => count + cell.split('\n').length - 1, 0)

function separatorOf(text: string): ',' | ';' | '\t' {
  const header = /^[^\n]*/.exec(text.replace(/^\uFEFF?\n*/, ''))?.[0] ?? ''
  return header.includes(',') ? ',' : header.includes(';') ? ';' : header.includes('\t') ? '\t' : ','
}
