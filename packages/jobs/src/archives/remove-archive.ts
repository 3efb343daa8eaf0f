import { isFailure } from '@edfi-tenants/core'
import { archiveName } from '@edfi-tenants/provisioner'
import type { ArchiveRow } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import { storageOf } from './archive-content.js'

/** Removes what an archive consists of, finished or not; its record stays. What is gone already is no error. */
export async function removeArchive(context: StepContext, archive: ArchiveRow): Promise<void> {
  if (archive.durability === null) return
  if (archive.durability === 'off_server') {
    if (archive.location === null) return
    await context.fence()
    await storageOf(context).remove(archive.location)
    return
  }
  const { provisioner, server } = await context.databaseOf(archive.serverId)
  try {
    await provisioner.dropDatabase(
      server,
      { databaseName: archiveName(archive.id), owner: { ...context.ownership, instanceId: archive.id } },
      context,
    )
  } catch (error) {
    // What has the name now is another's: ours is gone, and theirs is not touched.
    if (!isFailure(error) || error.code !== 'not_our_database') throw error
  }
}
