import type { Database } from './database.js'

/** What time it is by the control database's clock, by which everything that is due is judged. */
export async function databaseTime(database: Database): Promise<Date> {
  const [row] = await database.query<{ milliseconds: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS milliseconds',
  )
  return new Date(row?.milliseconds ?? Date.now())
}
