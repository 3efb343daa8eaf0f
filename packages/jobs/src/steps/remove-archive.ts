import { Failure } from '@edfi-tenants/core'
import { readArchive, takeArchive } from '@edfi-tenants/store'
import { archiveIdOf } from '../archives/archive-content.js'
import { removeArchive } from '../archives/remove-archive.js'
import { defineStep } from '../engine/define-job.js'

/** Removes an archive for good, unless it has come under legal hold meanwhile. Its record stays, without its key. */
export const removeArchiveStep = defineStep({
  name: 'remove-archive',
  timeoutMs: 30 * 60_000,
  async run(context) {
    const { job, ownership, store } = context
    const claim = { jobId: job.id, epoch: ownership.epoch }
    const archive = await readArchive(store.database, archiveIdOf(context), '*')
    if (!archive) return { detail: 'There is no such archive.' }
    // The key first: from here on nobody can restore it, and nobody finds it available.
    if (!(await takeArchive(store.database, claim, archive.id)))
      throw new Failure('legal_hold', 'The archive is under legal hold.')
    await removeArchive(context, archive)
    return { result: { archiveId: archive.id }, detail: 'The archive was removed.' }
  },
})
