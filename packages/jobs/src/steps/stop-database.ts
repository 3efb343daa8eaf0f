import { defineStep } from '../engine/define-job.js'
import { healthNow } from '../health/health-now.js'
import { closeDatabase, openDatabase } from './open-and-close.js'

/** Lets nobody onto the instance's database any more, and ends the sessions there are. */
export const stopDatabase = defineStep({
  name: 'stop-database',
  usesServer: true,
  async run(context) {
    if (!context.saved) await context.save({ output: { begun: true } })
    const { endedSessions } = await closeDatabase(context)
    return {
      output: { begun: true },
      instance: { status: 'stopped', statusReason: null, ...healthNow('stopped') },
      detail: `Database "${context.instance.databaseName}" takes no connections; ${endedSessions} ${endedSessions === 1 ? 'session was' : 'sessions were'} ended.`,
    }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'Nothing had been stopped.' }
    await openDatabase(context)
    return {
      instance: { status: 'active', ...healthNow('unknown') },
      detail: `Database "${context.instance.databaseName}" takes connections again.`,
    }
  },
})
