import { defineStep, type StepContext } from '../engine/define-job.js'
import { connectionStringFor } from './registered-string.js'
import { newNames, type NewNames } from './rename.js'

/** Registers the new name, and the connection string with the new name of the database. */
export const renameRegistration = defineStep({
  name: 'rename-registration',
  async run(context) {
    const { instance, saved, save } = context
    if (!saved) await save({ output: { name: instance.name, databaseName: instance.databaseName } })
    const names = newNames(context)
    const odsInstanceId = await registerNames(context, names)
    return {
      output: { name: instance.name, databaseName: instance.databaseName },
      detail:
        odsInstanceId === null
          ? 'It is not registered with Admin API.'
          : `ODS instance ${odsInstanceId} is called "${names.name}" now.`,
    }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'Nothing had been registered.' }
    const names = context.saved as unknown as NewNames
    const odsInstanceId = await registerNames(context, names)
    return {
      detail:
        odsInstanceId === null
          ? 'It is not registered with Admin API.'
          : `ODS instance ${odsInstanceId} is called "${names.name}" again.`,
    }
  },
})

/** Null for a copy that was made without a registration. */
async function registerNames(context: StepContext, { name, databaseName }: NewNames): Promise<number | null> {
  const { instance, signal, fence } = context
  const { odsInstanceId, instanceType } = instance
  if (odsInstanceId === null) return null
  const connectionString = await connectionStringFor(context, databaseName)
  const api = await context.adminApi()
  await api.updateRegistration(odsInstanceId, { name, instanceType, connectionString }, { signal, fence })
  return odsInstanceId
}
