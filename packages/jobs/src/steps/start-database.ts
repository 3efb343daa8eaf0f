import { startCopies, stopCopies } from '../derivatives/copies.js'
import { defineStep } from '../engine/define-job.js'
import { healthNow } from '../health/health-now.js'

/** Opens the instance's database again. The instance counts as active once it was verified. */
export const startDatabase = defineStep({
  name: 'start-database',
  usesServer: true,
  async run(context) {
    const { instance, ownership, saved, save, database, signal, fence, progress } = context
    const { provisioner, server } = await database()
    if (!saved) await save({ output: { begun: true } })
    await provisioner.startDatabase(
      server,
      { databaseName: instance.databaseName, owner: ownership },
      { signal, fence, progress },
    )
    await startCopies(context)
    return {
      output: { begun: true },
      instance: healthNow('unknown'),
      detail: `Database "${instance.databaseName}" takes connections.`,
    }
  },
  async undo(context) {
    const { instance, ownership, saved, database, signal, fence, progress } = context
    await stopCopies(context)
    if (!saved) return { detail: 'Nothing had been opened.' }
    const { provisioner, server } = await database()
    await provisioner.stopDatabase(
      server,
      { databaseName: instance.databaseName, owner: ownership },
      { signal, fence, progress },
    )
    return {
      instance: healthNow('stopped'),
      detail: `Database "${instance.databaseName}" takes no connections, as before.`,
    }
  },
})
