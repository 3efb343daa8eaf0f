import { Failure } from '@edfi-tenants/core'
import { sealRegisteredString, violatedConstraint } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { atNewPlace, newPlace } from '../relocation/new-place.js'
import { stepOutput } from '../tombstones/step-output.js'
import { connectionStringFor } from './registered-string.js'

/** Makes the registration lead to the new server. */
export const moveRegistration = defineStep({
  name: 'move-registration',
  skip: ({ instance }) => (instance.odsInstanceId === null ? 'The instance is not registered.' : null),
  async run(context) {
    if (!context.saved) await context.save({ output: { begun: true } })
    await lead(context, await connectionStringFor(atNewPlace(context), newPlace(context).databaseName))
    return { output: { begun: true }, detail: 'The registration leads to the new server.' }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'The registration had not been changed.' }
    await lead(context, await connectionStringFor(context, context.instance.databaseName))
    return { detail: 'The registration leads to where the instance was.' }
  },
})

async function lead({ instance, adminApi, signal, fence }: StepContext, connectionString: string): Promise<void> {
  const { odsInstanceId, name, instanceType } = instance
  if (odsInstanceId === null) return
  const api = await adminApi()
  await api.updateRegistration(odsInstanceId, { name, instanceType, connectionString }, { signal, fence })
}

/** Puts the new place on record: the pivot of a relocation. */
export const recordPlace = defineStep({
  name: 'record-place',
  async run(context) {
    const { instance, store, saved, save, job } = context
    const { serverId, databaseName } = newPlace(context)
    const before = saved ?? {
      serverId: instance.serverId,
      databaseName: instance.databaseName,
      databaseIdentity: instance.databaseIdentity,
      retiredName: instance.retiredName,
    }
    const identity = stepOutput(job, 'move-database')?.['identity']
    const string = await connectionStringFor(atNewPlace(context), databaseName)
    try {
      await save({
        output: before,
        instance: {
          serverId,
          databaseName,
          databaseIdentity: typeof identity === 'string' ? identity : null,
          retiredName: null,
          ...(instance.odsInstanceId === null
            ? {}
            : { registeredString: sealRegisteredString(store.sealer, instance.id, string) }),
        },
      })
    } catch (error) {
      if (violatedConstraint(error) !== 'instances_held_database_name_key') throw error
      throw new Failure('database_name_taken', `The database name "${databaseName}" is taken by another instance.`)
    }
    return { output: before, detail: 'The record leads to the new server.' }
  },
  async undo(context) {
    const { instance, store, saved, save } = context
    if (!saved) return { detail: 'The record had not been changed.' }
    const string = await connectionStringFor(context, saved['databaseName'] as string)
    const registeredString = sealRegisteredString(store.sealer, instance.id, string)
    await save({ instance: { ...saved, ...(instance.odsInstanceId === null ? {} : { registeredString }) } })
    return { detail: 'The record leads to where the instance was.' }
  },
})
