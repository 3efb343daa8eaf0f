import { Failure } from '@edfi-tenants/core'
import { patchArchive, readNewestArchive } from '@edfi-tenants/store'
import { checkRestore, verificationOf } from '../archives/check-restore.js'
import { dropScratchDatabase } from '../archives/scratch-database.js'
import { defineStep } from '../engine/define-job.js'

/**
 * Restores the archive that deleting an instance made into a throw-away database before anything is purged, unless that
 * was done already: until now the database itself was the better copy. Whoever deleted without an archive wanted none.
 */
export const proveArchive = defineStep({
  name: 'prove-archive',
  usesServer: true,
  timeoutMs: 6 * 60 * 60_000,
  async run(context) {
    const { job, instance, ownership, store } = context
    const archive = await readNewestArchive(store.database, instance.id)
    if (archive?.reason !== 'delete') return { detail: 'It was deleted without an archive.' }
    if (archive.verifiedAt !== null) return { detail: `Archive ${archive.number} was proved by a restore already.` }
    const access = await context.databaseOf(archive.serverId)
    const check = await checkRestore(context, access, archive)
    const differs = check.differences.length > 0
    const claim = { jobId: job.id, epoch: ownership.epoch }
    await patchArchive(store.database, claim, archive.id, {
      verification: verificationOf(check),
      ...(differs ? {} : { verified: true as const }),
    })
    if (differs)
      throw new Failure('archive_differs', `The archive was restored and differs: ${check.differences.join('; ')}.`)
    return { detail: `A database restored from archive ${archive.number} holds what was archived.` }
  },
  async undo(context) {
    await dropScratchDatabase(context, await context.database())
    return { detail: 'The throw-away database is gone.' }
  },
})
