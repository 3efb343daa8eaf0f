import { Failure } from '@edfi-tenants/core'
import { readManifests, readServerById, type Database, type InstanceRow } from '@edfi-tenants/store'

/** Refuses with `not_supported` what the provisioner of an instance's server says that its engine cannot do. */
export async function assertCapability(
  database: Database,
  instance: Pick<InstanceRow, 'serverId'>,
  capability: 'supportsStop' | 'supportsRename' | 'supportsArchive',
): Promise<void> {
  const server = await readServerById({ database }, instance.serverId)
  const manifest = (await readManifests({ database })).find(({ name }) => name === server?.engine)
  if (manifest?.capabilities[capability] === false)
    throw new Failure('not_supported', `${manifest.title} has no "${capability}".`)
}
