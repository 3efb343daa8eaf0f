import { Failure, isFailure } from '@edfi-tenants/core'
import { retiredName } from '@edfi-tenants/provisioner'
import { startCopies, stopCopies } from '../derivatives/copies.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { nameTaken } from './record-names.js'
import { nothingOfOurs, retire, revive, stop } from './revoke-access.js'

/** Gives a deleted instance its names and its database back. */
export const reviveDatabase = defineStep({
  name: 'restore-database',
  usesServer: true,
  async run(context) {
    const { instance, saved, save } = context
    await claimNames(context)
    if (!saved) await save({ output: { begun: true } })
    try {
      await revive(context)
    } catch (error) {
      if (isFailure(error) && error.code === 'database_missing')
        throw new Failure(
          'database_missing',
          `The database "${retiredName(instance.id)}", kept for this instance, is gone. Restore an archive of it instead.`,
          { cause: error },
        )
      throw error
    }
    await startCopies(context)
    return {
      output: { begun: true },
      instance: { retiredName: null },
      detail: `"${instance.databaseName}" is back under its name.`,
    }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'Nothing had been restored.' }
    const retired = retiredName(context.instance.id)
    await stopCopies(context)
    try {
      await retire(context)
      await stop(context, retired)
    } catch (error) {
      const found = nothingOfOurs(error)
      if (!found) throw error
      return { detail: `${found} There was nothing to put away.` }
    }
    return { instance: { retiredName: retired }, detail: `The database is called "${retired}" again, and closed.` }
  },
})

/** The request has claimed the names already; a retry of a job that was undone has to do so again. */
async function claimNames({ instance, save }: StepContext): Promise<void> {
  if (instance.nameHeld) return
  try {
    await save({ instance: { nameHeld: true } })
  } catch (error) {
    throw nameTaken(error, instance) ?? error
  }
}
