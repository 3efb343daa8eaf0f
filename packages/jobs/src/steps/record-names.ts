import { Failure } from '@edfi-tenants/core'
import { sealRegisteredString, violatedConstraint } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { connectionStringFor } from './registered-string.js'
import { newNames, type NewNames } from './rename.js'

/**
 * Puts the new names on record, which gives the old ones free: the pivot of a rename. Until here an instance that took a
 * new name meanwhile makes the job go back, and nothing can keep it from getting its old names again.
 */
export const recordNames = defineStep({
  name: 'record-names',
  async run(context) {
    const { instance, store, saved, save } = context
    const { name, databaseName } = newNames(context)
    const string = await connectionStringFor(context, databaseName)
    const registeredString = sealRegisteredString(store.sealer, instance.id, string)
    const before = saved ?? { name: instance.name, databaseName: instance.databaseName }
    try {
      // One write: whoever finds the new names on record also finds the old ones.
      await save({ output: before, instance: { name, databaseName, registeredString } })
    } catch (error) {
      throw nameTaken(error, { name, databaseName }) ?? error
    }
    return {
      output: before,
      detail: `The instance is called "${name}" now, its database "${databaseName}".`,
    }
  },
  async undo(context) {
    const { instance, store, saved, save } = context
    if (!saved) return { detail: 'The names on record had not been changed.' }
    const { name, databaseName } = saved as unknown as NewNames
    const string = await connectionStringFor(context, databaseName)
    const registeredString = sealRegisteredString(store.sealer, instance.id, string)
    try {
      await save({ instance: { name, databaseName, registeredString } })
    } catch (error) {
      throw nameTaken(error, { name, databaseName }) ?? error
    }
    return { detail: `The instance is called "${name}" again, its database "${databaseName}".` }
  },
})

/** The refusal that a violated index of names means; null for any other error. */
export function nameTaken(
  error: unknown,
  { name, databaseName }: { name: string; databaseName: string },
): Failure | null {
  switch (violatedConstraint(error)) {
    case 'instances_held_name_key':
      return new Failure('name_taken', `Another instance is called "${name}".`)
    case 'instances_held_database_name_key':
      return new Failure('database_name_taken', `The database name "${databaseName}" is taken by another instance.`)
    default:
      return null
  }
}
