import { Failure } from '@edfi-tenants/core'
import {
  readManifests,
  readServerById,
  type Database,
  type InstanceRow,
  type PublishedManifest,
} from '@edfi-tenants/store'

/** What the provisioner of a database server says of itself; undefined while no worker has published it. */
export async function manifestOf(database: Database, serverId: string): Promise<PublishedManifest | undefined> {
  const server = await readServerById({ database }, serverId)
  return (await readManifests({ database })).find(({ name }) => name === server?.engine)
}

/** Refuses with `not_supported` what the provisioner of an instance's server says that its engine cannot do. */
export async function assertCapability(
  database: Database,
  instance: Pick<InstanceRow, 'serverId'>,
  capability: 'supportsStop' | 'supportsRename' | 'supportsArchive',
): Promise<void> {
  const manifest = await manifestOf(database, instance.serverId)
  if (manifest?.capabilities[capability] === false)
    throw new Failure('not_supported', `${manifest.title} has no "${capability}".`)
}
