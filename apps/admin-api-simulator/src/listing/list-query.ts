import { invalid, unexpected } from '../http/errors.js'
import type { QueryValues } from '../http/query-values.js'
import type { Call } from '../http/route.js'
import type { Engine } from '../options.js'

type Value = string | number | null

/** The columns a list can be ordered by, by their PascalCase name; the first is the default. */
export type Columns<Row> = Record<string, (row: Row) => Value>

/**
 * Orders and pages rows as `offset`, `limit`, `orderBy` and `direction` ask.
 * @throws ApiFailure 400 for an unknown column, 500 for a page the engine refuses.
 */
export function page<Row>(call: Call, rows: readonly Row[], columns: Columns<Row>): Row[] {
  const { query, settings } = call
  const offset = query.int('offset') ?? settings.defaultPageSizeOffset
  const limit = query.int('limit') ?? settings.defaultPageSizeLimit
  const column = orderColumn(query.text('orderBy'), columns)
  const sign = isDescending(query) ? -1 : 1
  const sorted = [...rows].sort((a, b) => sign * compare(column(a), column(b), settings.engine))
  // The pages reach the engine as they are: both refuse negative ones, SQL Server also FETCH NEXT 0.
  if (offset < 0 || limit < 0 || (limit === 0 && settings.engine === 'SqlServer')) throw unexpected()
  return sorted.slice(offset, offset + limit)
}

function orderColumn<Row>(name: string | null, columns: Columns<Row>): (row: Row) => Value {
  const names = Object.keys(columns)
  const found = name ? names.find((candidate) => candidate.toLowerCase() === name.toLowerCase()) : names[0]
  const column = found === undefined ? undefined : columns[found]
  if (column === undefined) {
    const allowed = names.join(',')
    throw invalid('orderBy', `The orderBy value ${name ?? ''} is not allowed. The allowed values are ${allowed}`)
  }
  return column
}

function isDescending(query: QueryValues): boolean {
  return ['desc', 'descending'].includes(query.text('direction')?.toLowerCase() ?? '')
}

/** Text is compared by code point: the original asks SQL Server for a binary collation, its PostgreSQL image has one. */
function compare(a: Value, b: Value, engine: Engine): number {
  if (a === b) return 0
  if (a === null || b === null) {
    const nullFirst = engine === 'SqlServer' ? -1 : 1
    return a === null ? nullFirst : -nullFirst
  }
  return a < b ? -1 : 1
}

/** Whether a filter lets a value pass: absent filters do, others want equality under the engine's collation. */
export function matches(engine: Engine, filter: string | number | null, value: Value): boolean {
  return filter === null || sameText(engine, filter, value)
}

/** Equality as the engine's default collation sees it: SQL Server's ignores case. */
export function sameText(engine: Engine, a: Value, b: Value): boolean {
  if (engine === 'SqlServer' && typeof a === 'string' && typeof b === 'string')
    return a.toLowerCase() === b.toLowerCase()
  return a === b
}
