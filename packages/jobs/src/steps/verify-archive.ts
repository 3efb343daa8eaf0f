import { Failure, isFailure } from '@edfi-tenants/core'
import { patchArchive } from '@edfi-tenants/store'
import { archiveOf } from '../archives/archive-content.js'
import { checkRestore, verificationOf } from '../archives/check-restore.js'
import { dropScratchDatabase } from '../archives/scratch-database.js'
import { defineStep, type StepContext } from '../engine/define-job.js'

/**
 * Restores an archive into a database that is thrown away again, and compares versions and counts with those recorded.
 * What it finds, good or bad, stands in the archive's record.
 */
export const verifyArchiveStep = defineStep({
  name: 'verify-archive',
  usesServer: true,
  timeoutMs: 6 * 60 * 60_000,
  async run(context) {
    const { job, ownership, store } = context
    const claim = { jobId: job.id, epoch: ownership.epoch }
    const archive = await archiveOf(context)
    try {
      const check = await checkRestore(context, await context.database(), archive)
      const differs = check.differences.length > 0
      await patchArchive(store.database, claim, archive.id, {
        verification: verificationOf(check),
        ...(differs ? {} : { verified: true as const }),
      })
      if (differs)
        throw new Failure('archive_differs', `The restored database differs: ${check.differences.join('; ')}.`)
      return {
        result: { archiveId: archive.id, verified: true },
        detail: 'A database restored from it holds what was archived.',
      }
    } catch (error) {
      if (isFailure(error) && error.code === 'archive_corrupt')
        await patchArchive(store.database, claim, archive.id, {
          verification: { readBack: false, restored: false, error: { code: error.code, detail: error.message } },
        })
      throw error
    }
  },
  undo: async (context: StepContext) => {
    await dropScratchDatabase(context, await context.database())
    return { detail: 'The throw-away database is gone.' }
  },
})
