import { startCopies, stopCopies } from '../derivatives/copies.js'
import { defineStep } from '../engine/define-job.js'
import { healthNow } from '../health/health-now.js'

/** Lets nobody onto the instance's database any more, and ends the sessions there are. */
export const stopDatabase = defineStep({
  name: 'stop-database',
  usesServer: true,
  async run(context) {
    const { instance, ownership, saved, save, database, signal, fence, progress } = context
    const { provisioner, server } = await database()
    if (!saved) await save({ output: { begun: true } })
    const { endedSessions } = await provisioner.stopDatabase(
      server,
      { databaseName: instance.databaseName, owner: ownership },
      { signal, fence, progress },
    )
    await stopCopies(context)
    return {
      output: { begun: true },
      instance: { status: 'stopped', statusReason: null, ...healthNow('stopped') },
      detail: `Database "${instance.databaseName}" takes no connections; ${endedSessions} ${endedSessions === 1 ? 'session was' : 'sessions were'} ended.`,
    }
  },
  async undo(context) {
    const { instance, ownership, saved, database, signal, fence, progress } = context
    if (!saved) return { detail: 'Nothing had been stopped.' }
    const { provisioner, server } = await database()
    await provisioner.startDatabase(
      server,
      { databaseName: instance.databaseName, owner: ownership },
      { signal, fence, progress },
    )
    await startCopies(context)
    return {
      instance: { status: 'active', ...healthNow('unknown') },
      detail: `Database "${instance.databaseName}" takes connections again.`,
    }
  },
})
