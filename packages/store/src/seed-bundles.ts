import type { DatabaseEngine, JsonObject } from '@edfi-tenants/core'
import type { Records } from './records.js'

/** What a worker publishes about a seed bundle; the shape of `SeedBundleManifest`, which this package does not import. */
export interface PublishedSeedBundle {
  name: string
  title: string
  description: string
  /** JSON Schema (2020-12) of the parameters: an object. */
  parametersSchema: JsonObject
  /** The engines that it has scripts for. */
  engines: DatabaseEngine[]
}

/** Publishes the seed bundles that a worker has; the last to publish a name wins. */
export async function publishSeedBundles(
  store: Pick<Records, 'database'>,
  bundles: readonly PublishedSeedBundle[],
): Promise<void> {
  await store.database.query(
    `INSERT INTO seed_bundles (name, manifest) SELECT m ->> 'name', m FROM jsonb_array_elements($1::jsonb) AS m
     ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest, published_at = now()`,
    [JSON.stringify(bundles)],
  )
}

/** All published seed bundles, by name. */
export async function readSeedBundles(store: Pick<Records, 'database'>): Promise<PublishedSeedBundle[]> {
  const rows = await store.database.query<{ manifest: PublishedSeedBundle }>(
    'SELECT manifest FROM seed_bundles ORDER BY name COLLATE "C"',
  )
  return rows.map((row) => row.manifest)
}
