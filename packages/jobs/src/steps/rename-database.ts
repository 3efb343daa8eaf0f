import { defineStep } from '../engine/define-job.js'
import { newNames } from './rename.js'

/** Gives the database its new name, ending the sessions on it. */
export const renameDatabase = defineStep({
  name: 'rename-database',
  usesServer: true,
  skip: (context) =>
    newNames(context).databaseName === context.instance.databaseName ? 'The database keeps its name.' : null,
  async run(context) {
    const { instance, ownership, saved, save, database, signal, fence, progress } = context
    const { provisioner, server } = await database()
    const to = newNames(context).databaseName
    if (!saved) await save({ output: { from: instance.databaseName, to } })
    await provisioner.renameDatabase(
      server,
      { from: instance.databaseName, to, owner: ownership },
      { signal, fence, progress },
    )
    return { output: { from: instance.databaseName, to }, detail: `"${instance.databaseName}" is called "${to}" now.` }
  },
  async undo({ ownership, saved, database, signal, fence, progress }) {
    if (!saved) return { detail: 'Nothing had been renamed.' }
    const { provisioner, server } = await database()
    const { from, to } = saved as { from: string; to: string }
    await provisioner.renameDatabase(server, { from: to, to: from, owner: ownership }, { signal, fence, progress })
    return { detail: `The database is called "${from}" again.` }
  },
})
