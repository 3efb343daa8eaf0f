import { Failure } from '@edfi-tenants/core'
import type { Page } from './dialect.js'

/** Rows asked for at a time, and how many pages are read before we stop believing in an end. */
const pageSize = 200
const maxPages = 500

/**
 * All rows of a list that has neither a total nor an end mark, page by page; the server may give less than it is asked for.
 * Fails with `admin_api_unexpected` when the list does not end.
 */
export async function* readPages<T>(
  what: string,
  readPage: (page: Page) => Promise<T[]>,
  idOf: (row: T) => number,
): AsyncGenerator<T[]> {
  const seen = new Set<number>()
  for (let page = 0; page < maxPages; page++) {
    const offset = seen.size
    const rows = await readPage({ offset, limit: pageSize })
    if (rows.length === 0) return
    const fresh = rows.filter((row) => !seen.has(idOf(row)))
    for (const row of rows) seen.add(idOf(row))
    if (seen.size === offset) break
    yield fresh
  }
  throw new Failure('admin_api_unexpected', `Admin API’s list of ${what} does not end.`)
}
