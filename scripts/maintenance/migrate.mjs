import { createLogger, readMigrateConfig } from '@edfi-tenants/runtime'
import { applyMigrations } from '@edfi-tenants/store'

/** Brings the control database's schema up to date; does nothing where it is. Several at once take turns. */
export async function migrate(env) {
  const { database, log: logSettings } = readMigrateConfig(env)
  const log = createLogger('migrate', logSettings)
  const applied = await applyMigrations(database.url)
  log.info(applied.length === 0 ? 'The control database is up to date' : 'The control database was migrated', {
    applied,
  })
}
