import { Request, TYPES, type Connection } from 'tedious'

/** Values of a statement: texts, whole numbers, truth values, or null (as a text). */
export type Parameters = Record<string, string | number | boolean | null>

/** A row by its columns' names; one without a name is called by its place. */
export type Row = Record<string, unknown>

/** One statement or batch to run. */
export interface Statement {
  text: string
  /** Absent: sent as a batch, not by `sp_executesql`. */
  parameters?: Parameters
  timeoutMs: number
  /** Cancels it on the server. */
  signal?: AbortSignal
  /** After so many rows it is cancelled. */
  maxRows?: number
}

interface Cell {
  value: unknown
  metadata: { colName: string }
}

/** Runs one statement on a connection and gives all its rows, of every result. Throws the driver's errors. */
export const runRequest = (connection: Connection, statement: Statement): Promise<Row[]> =>
  new Promise((resolve, reject) => {
    const { text, parameters, timeoutMs, signal, maxRows = Infinity } = statement
    const rows: Row[] = []
    let ended: 'timeout' | 'enough' | undefined
    const timer = setTimeout(() => {
      ended ??= 'timeout'
      request.cancel()
    }, timeoutMs)
    const abort = () => request.cancel()
    const request = new Request(text, (error) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (ended === 'enough') resolve(rows)
      else if (ended === 'timeout') reject(timeout(timeoutMs))
      else if (error) reject(error)
      else resolve(rows)
    })
    request.on('row', (cells: Cell[]) => {
      if (rows.length < maxRows) rows.push(toRow(cells))
      if (rows.length < maxRows || ended) return
      ended = 'enough'
      request.cancel()
    })
    signal?.addEventListener('abort', abort, { once: true })
    for (const [name, value] of Object.entries(parameters ?? {})) request.addParameter(name, typeOf(value), value)
    if (parameters) connection.execSql(request)
    else connection.execSqlBatch(request)
  })

const timeout = (timeoutMs: number): Error =>
  Object.assign(new Error(`Timeout: Request took longer than ${timeoutMs} ms.`), { code: 'ETIMEOUT' })

const toRow = (cells: Cell[]): Row =>
  Object.fromEntries(cells.map(({ value, metadata }, index) => [metadata.colName || String(index + 1), value]))

const typeOf = (value: Parameters[string]) =>
  typeof value === 'number' ? TYPES.Int : typeof value === 'boolean' ? TYPES.Bit : TYPES.NVarChar
