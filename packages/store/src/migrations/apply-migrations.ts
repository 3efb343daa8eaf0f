import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { listMigrations, type Migration } from './list-migrations.js'

/** The advisory lock that Prisma's own command line takes, so that both never run at once. */
const prismaMigrationLock = 72707369

/** Prisma's own table, as its command line makes it. */
const createJournal = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`

/**
 * Applies what is missing, each migration in a transaction of its own together with its journal row, and returns the
 * names. The journal is Prisma's, so its command line says "up to date" afterwards; Prisma's own engine is not needed.
 * Throws when an applied migration's file has changed since.
 */
export async function applyMigrations(url: string, migrations: Migration[] = listMigrations()): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'edfi-tenants migrate' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [prismaMigrationLock])
    await client.query(createJournal)
    const applied = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    )
    const checksums = new Map(applied.rows.map((row) => [row.migration_name, row.checksum]))
    const done: string[] = []
    for (const migration of migrations) {
      const checksum = checksums.get(migration.name)
      if (checksum === undefined) {
        await apply(client, migration)
        done.push(migration.name)
      } else if (checksum !== migration.checksum) {
        throw new Error(`Migration ${migration.name} was changed after it had been applied.`)
      }
    }
    return done
  } finally {
    await client.end()
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, 1)`,
      [randomUUID(), migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`Migration ${migration.name} failed and was rolled back: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
