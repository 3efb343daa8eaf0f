import { defineStep } from '../engine/define-job.js'
import { healthNow } from '../health/health-now.js'
import { closeDatabase, openDatabase } from './open-and-close.js'

/** Opens the instance's database again. The instance counts as active once it was verified. */
export const startDatabase = defineStep({
  name: 'start-database',
  usesServer: true,
  async run(context) {
    if (!context.saved) await context.save({ output: { begun: true } })
    await openDatabase(context)
    return {
      output: { begun: true },
      instance: healthNow('unknown'),
      detail: `Database "${context.instance.databaseName}" takes connections.`,
    }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'Nothing had been opened.' }
    await closeDatabase(context)
    return {
      instance: healthNow('stopped'),
      detail: `Database "${context.instance.databaseName}" takes no connections, as before.`,
    }
  },
})
