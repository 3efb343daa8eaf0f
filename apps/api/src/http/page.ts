import { decodeCursor, encodeCursor, invalid } from '@edfi-tenants/contract'

/** Which page a list request wants. */
interface PageQuery {
  limit: number
  cursor?: string
}

const badCursor = () => invalid([{ pointer: '?cursor', detail: 'must be a `nextCursor` from an earlier page' }])

/** A list request's own filters. */
export const filtersOf = <Query extends PageQuery>(query: Query): Omit<Query, 'limit' | 'cursor'> =>
  Object.fromEntries(Object.entries(query).filter(([name]) => name !== 'limit' && name !== 'cursor')) as Query

/** The number that the page before ended with; null for the first page. */
export function numberCursor({ cursor }: PageQuery): number | null {
  if (cursor === undefined) return null
  const before = decodeCursor(cursor)
  if (typeof before !== 'number' || !Number.isSafeInteger(before) || before < 0 || before > 2 ** 31 - 1)
    throw badCursor()
  return before
}

/** The name or id that the page before ended with; null for the first page. */
export function textCursor({ cursor }: PageQuery): string | null {
  if (cursor === undefined) return null
  const after = decodeCursor(cursor)
  if (typeof after !== 'string' || after.length > 255 || after.includes('\0')) throw badCursor()
  return after
}

/** One row more than wanted is read: whether it is there says whether there is a further page. */
export const rowsToRead = ({ limit }: PageQuery): number => limit + 1

/** A page of what was read with {@link rowsToRead}. */
export function pageOfRows<Row, Item>(
  rows: readonly Row[],
  { limit }: PageQuery,
  present: (row: Row) => Item,
  keyOf: (row: Row) => string | number,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(present),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  }
}
