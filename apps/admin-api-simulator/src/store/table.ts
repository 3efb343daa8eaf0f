/** Rows with an identity column. Numbers are never reused, also not those of failed inserts. */
export interface Table<Row extends { id: number }> {
  nextId: number
  rows: Row[]
}

/** An empty table whose first row will be number 1. */
export function emptyTable<Row extends { id: number }>(): Table<Row> {
  return { nextId: 1, rows: [] }
}

/**
 * Adds a row under the next number. The check stands for the table's constraints: it runs after the number is taken,
 * so a refused row leaves a gap as it does in both engines.
 */
export function insert<Row extends { id: number }>(table: Table<Row>, row: Omit<Row, 'id'>, check?: () => void): Row {
  const id = table.nextId++
  check?.()
  const inserted = { id, ...row } as Row
  table.rows.push(inserted)
  return inserted
}

/** The row with this number, or undefined. */
export function byId<Row extends { id: number }>(table: Table<Row>, id: number): Row | undefined {
  return table.rows.find((row) => row.id === id)
}

/** Takes out the rows that match. */
export function remove<Row extends { id: number }>(table: Table<Row>, match: (row: Row) => boolean): void {
  table.rows = table.rows.filter((row) => !match(row))
}
