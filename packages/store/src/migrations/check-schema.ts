import type { Database } from '../database.js'
import { listMigrations, type Migration } from './list-migrations.js'

/**
 * Refuses, naming the migration, a control database that this version does not know: one that lacks a migration of
 * ours, or has one that only a newer version brings. Processes call it before they do anything else.
 */
export async function checkSchema(database: Database, migrations: Migration[] = listMigrations()): Promise<void> {
  const [journal] = await database.query<{ there: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`,
  )
  const rows = journal?.there
    ? await database.query<{ migration_name: string }>(
        'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
      )
    : []
  const applied = new Set(rows.map((row) => row.migration_name))
  const missing = migrations.find((migration) => !applied.has(migration.name))
  if (missing) throw new Error(`The control database lacks migration ${missing.name}: run "npm run migrate" first.`)
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...applied].sort().find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new Error(
      `The control database has migration ${unknown}, which this version does not know: start the version that brought it.`,
    )
}
