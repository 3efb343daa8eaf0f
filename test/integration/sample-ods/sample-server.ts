import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier, type QueryResultRow } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

/** Runs one statement in a database of the shared server (default: the one of its URL) and gives the rows; `login` is another than the superuser. */
export async function query<Row extends QueryResultRow>(
  database: string | undefined,
  statement: string,
  values: unknown[] = [],
  login?: { user: string; password: string },
): Promise<Row[]> {
  const url = new URL((await sharedPostgres()).url)
  if (login !== undefined) Object.assign(url, { username: login.user, password: login.password })
  if (database !== undefined) url.pathname = `/${database}`
  const client = new Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query<Row>(statement, values)).rows
  } finally {
    await client.end()
  }
}

/** Like `query`, for a statement that gives a single value. */
export async function value(database: string | undefined, statement: string, values: unknown[] = []): Promise<unknown> {
  const rows = await query(database, statement, values)
  return Object.values(rows[0] ?? {})[0]
}

/** A name that no other test of the server uses. */
export function uniqueName(subject: string): string {
  return `sample_${subject}_${randomBytes(5).toString('hex')}`
}

/** Drops a database, sealed or not, if it is there. */
export async function dropDatabase(name: string): Promise<void> {
  const found = await query(undefined, 'select from pg_database where datname = $1', [name])
  if (found.length === 0) return
  await query(undefined, `alter database ${escapeIdentifier(name)} is_template false`)
  await query(undefined, `drop database ${escapeIdentifier(name)} with (force)`)
}
