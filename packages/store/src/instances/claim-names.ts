import type { Database } from '../database.js'

/**
 * Gives a deleted instance its names again, for it is to come back. Runs into `instances_held_name_key` or
 * `instances_held_database_name_key` when another has taken one. However that ends, there is at least a day left for
 * another try before it is purged.
 */
export async function claimNames(database: Database, instanceId: string): Promise<void> {
  await database.query(
    `UPDATE instances SET name_held = true, purge_at = greatest(purge_at, now() + interval '1 day'), updated_at = now() WHERE id = $1`,
    [instanceId],
  )
}
