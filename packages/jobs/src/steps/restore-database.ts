import { archiveContent, archiveOf } from '../archives/archive-content.js'
import { defineStep } from '../engine/define-job.js'
import { dropMadeDatabase, makeDatabase } from './create-database.js'

/** Creates the instance's database out of an archive. */
export const restoreDatabase = defineStep({
  name: 'restore-database',
  usesServer: true,
  weight: 6,
  timeoutMs: 6 * 60 * 60_000,
  async run(context) {
    const archive = await archiveOf(context)
    return makeDatabase(context, await archiveContent(context, archive), `archive ${archive.number}`)
  },
  undo: dropMadeDatabase,
})
