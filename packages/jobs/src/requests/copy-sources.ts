import { Failure } from '@edfi-tenants/core'
import {
  readManifests,
  readServerById,
  type ArchiveRow,
  type Database,
  type InstanceRow,
  type PublishedManifest,
} from '@edfi-tenants/store'
import { cloneInstance } from '../clone-instance.js'
import type { CopyMethod } from '../copies/copy-source.js'
import { restoreArchive } from '../restore-archive.js'
import { assertCapable } from './assert-capability.js'
import type { CopySource } from './plan-create-instance.js'
import { assertAvailable } from './request-archives.js'
import { wrongStatus } from './request-instance-job.js'

/** An archive as what a new instance is made from; `archive_not_available` when it cannot be. */
export function restoreSource(archive: ArchiveRow): CopySource {
  assertAvailable(archive)
  const { template } = archive.source
  return {
    definition: restoreArchive,
    origin: 'restored',
    sourceInstanceId: archive.instanceId,
    templateName: typeof template === 'string' ? template : 'minimal',
    engine: archive.engine,
    serverId: archive.serverId,
    boundToServer:
      archive.durability === 'same_server'
        ? `The archive is a copy on "${archive.server}" and can be restored only there.`
        : null,
    parameters: { archiveId: archive.id },
  }
}

/** How an instance is to be cloned, beyond what every new instance is asked for with. */
export interface CloneOrder {
  method?: CopyMethod | undefined
  allowDowntime?: boolean | undefined
  register?: boolean | undefined
}

/** An instance as what a new one is made from. Fails as {@link cloneSourceOf}. */
export async function cloneSource(database: Database, instance: InstanceRow, order: CloneOrder): Promise<CopySource> {
  const server = await readServerById({ database }, instance.serverId)
  return cloneSourceOf(instance, server, await readManifests({ database }), order)
}

/**
 * The same by what was read before. The instance must be active or stopped; one in use is copied by `template` only with
 * leave to end its sessions, unless its engine copies what is in use (`source_in_use`).
 */
export function cloneSourceOf(
  instance: InstanceRow,
  server: { id: string; engine: string } | null,
  manifests: readonly PublishedManifest[],
  { method, allowDowntime = false, register = true }: CloneOrder,
): CopySource {
  if (instance.status !== 'active' && instance.status !== 'stopped') throw wrongStatus(instance)
  const manifest = manifests.find(({ name }) => name === server?.engine)
  assertCapable(manifest, 'supportsArchive')
  if (
    method === 'template' &&
    instance.status === 'active' &&
    !allowDowntime &&
    manifest?.capabilities.copiesInUse !== true
  )
    throw new Failure(
      'source_in_use',
      `By \`template\` "${instance.name}" can be copied only while nobody is on it: say \`allowDowntime: true\` to have sessions ended, stop it first, or leave the method to the worker.`,
    )
  if (!server) throw new Failure('unknown_server', 'The database server of the source is not on record.')
  const onlyThere = method === 'template' ? 'By `template` an instance is copied on its own server only.' : null
  return {
    definition: cloneInstance,
    origin: 'cloned',
    sourceInstanceId: instance.id,
    templateName: instance.templateName,
    engine: server.engine,
    serverId: server.id,
    boundToServer: instance.status === 'stopped' ? 'A stopped instance is copied on its own server only.' : onlyThere,
    parameters: {
      sourceInstanceId: instance.id,
      ...(method === undefined ? {} : { method }),
      ...(allowDowntime ? { allowDowntime } : {}),
      ...(register ? {} : { register }),
    },
  }
}

/** Who is interrupted by a clone, in words; null: nobody. */
export function interruptionBy(instance: InstanceRow, { method, allowDowntime = false }: CloneOrder): string | null {
  if (instance.status === 'stopped' || method === 'dump') return null
  const when = method === 'template' ? 'While it is copied' : 'Where the worker cannot export databases of its server'
  return allowDowntime
    ? `${when}, sessions on "${instance.name}" are ended, and none can begin.`
    : `${when}, none can begin a session on "${instance.name}"; with sessions there the copy fails (source_in_use).`
}
