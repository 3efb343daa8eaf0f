import type { DatabaseEngine, JsonObject } from '@edfi-tenants/core'
import type { Records } from './records.js'

/** What a worker publishes about a provisioner; the shape of `ProvisionerManifest`, which this package does not import. */
export interface PublishedManifest {
  name: string
  title: string
  databaseEngine: DatabaseEngine
  contractVersion: number
  /** JSON Schema (2020-12) of a database server's `settings`. */
  settingsSchema: JsonObject
  /** JSON Schema of one entry of a database server's `templates`. */
  templateSchema: JsonObject
  /** Settings that say where the server is. */
  addressSettings: string[]
  capabilities: {
    supportsPerInstanceLogin: boolean
    supportsRename: boolean
    supportsArchive?: boolean
    supportsStop?: boolean
    copiesInUse?: boolean
  }
}

/** Publishes what a worker can serve; the last to publish a name wins. */
export async function publishManifests(
  store: Pick<Records, 'database'>,
  manifests: readonly PublishedManifest[],
): Promise<void> {
  await store.database.query(
    `INSERT INTO provisioners (name, manifest) SELECT m ->> 'name', m FROM jsonb_array_elements($1::jsonb) AS m
     ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest, published_at = now()`,
    [JSON.stringify(manifests)],
  )
}

/** All published manifests, by name. */
export async function readManifests(store: Pick<Records, 'database'>): Promise<PublishedManifest[]> {
  const rows = await store.database.query<{ manifest: PublishedManifest }>(
    'SELECT manifest FROM provisioners ORDER BY name',
  )
  return rows.map((row) => row.manifest)
}
