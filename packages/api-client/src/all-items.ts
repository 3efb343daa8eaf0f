/** A page of a list. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** All items of a list, page by page. `page` asks for one; the cursor is undefined for the first. */
export async function* allItems<T>(page: (cursor: string | undefined) => Promise<Page<T>>): AsyncGenerator<T> {
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await page(cursor)
    yield* items
    if (nextCursor === null) return
    cursor = nextCursor
  }
}
