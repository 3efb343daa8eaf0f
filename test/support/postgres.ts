import { randomBytes } from 'node:crypto'
import { Client, escapeIdentifier, type QueryResultRow } from 'pg'
import { startPostgres } from '../../scripts/services/postgres.js'
import type { PostgresService } from '../../scripts/services/postgres.js'

/** A database of its own for one test or suite. */
export interface TestDatabase {
  url: string
  name: string
  /** Ends whoever is still connected. May be called twice. */
  drop(): Promise<void>
}

let started: Promise<PostgresService> | undefined

/**
 * The PostgreSQL that all tests of this mocha process share, started by the first that asks and stopped after the last;
 * `TEST_POSTGRES_URL` (a superuser's) names another one to use instead. A test that restarts a server starts its own.
 */
export async function sharedPostgres(): Promise<{ url: string }> {
  const given = process.env['TEST_POSTGRES_URL']
  if (given !== undefined && given !== '') return { url: given }
  started ??= startPostgres()
  return started
}

/**
 * Creates a database on the shared server (or the one given by a superuser's URL), empty or as a clone of `template`. The name starts with the prefix, which
 * says in a list of databases whose it is.
 */
export async function createDatabase(
  prefix: string,
  options: { template?: string; on?: string } = {},
): Promise<TestDatabase> {
  const server = options.on ?? (await sharedPostgres()).url
  const name = `${prefix}_${randomBytes(6).toString('hex')}`
  const template = options.template === undefined ? '' : ` template ${escapeIdentifier(options.template)}`
  await queryOn(server, `create database ${escapeIdentifier(name)}${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    name,
    drop: async () => {
      await queryOn(server, `drop database if exists ${escapeIdentifier(name)} with (force)`)
    },
  }
}

// The first import happens while mocha loads test files, so this is a hook of the root suite.
if (typeof after === 'function') {
  after(async function stopSharedPostgres() {
    await (await started)?.stop()
  })
}

/** Runs one statement on a connection of its own and gives its rows. */
export async function queryOn<Row extends QueryResultRow>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(statement, values)).rows
  } finally {
    await client.end()
  }
}
