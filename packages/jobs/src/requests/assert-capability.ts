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

/** What an engine may be unable to do with an instance that is there. */
export type InstanceCapability = 'supportsStop' | 'supportsRename' | 'supportsArchive'

/** Refuses with `not_supported` what the provisioner of an instance's server says that its engine cannot do. */
export const assertCapability = async (
  database: Database,
  instance: Pick<InstanceRow, 'serverId'>,
  capability: InstanceCapability,
): Promise<void> => assertCapable(await manifestOf(database, instance.serverId), capability)

/** The same by what was read before; what no worker has published yet is not refused. */
export function assertCapable(manifest: PublishedManifest | undefined, capability: InstanceCapability): void {
  if (manifest?.capabilities[capability] === false)
    throw new Failure('not_supported', `${manifest.title} has no "${capability}".`)
}
