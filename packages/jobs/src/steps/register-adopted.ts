import { Failure, type JsonObject } from '@edfi-tenants/core'
import { sealRegisteredString } from '@edfi-tenants/store'
import { adoptParameters } from '../adoption/adopted.js'
import { defineStep } from '../engine/define-job.js'
import { connectionStringFor } from './registered-string.js'
import { register } from './register.js'

/**
 * Registers an adopted database, or makes the registration that there is lead to it as the instance's. Its connection
 * string before cannot be read, so an undo leaves ours, which leads to the same database.
 */
export const registerAdopted = defineStep({
  name: 'register',
  async run(context) {
    const { odsInstanceId } = adoptParameters(context)
    if (odsInstanceId === undefined) return register.run(context)
    const { instance, store, saved, save, signal, fence } = context
    const { name, instanceType, contexts } = instance
    const api = await context.adminApi()
    const connectionString = await connectionStringFor(context, instance.databaseName)
    const found = await api.readRegistration(odsInstanceId, { signal })
    if (!found) throw new Failure('registration_missing', `Admin API has no ODS instance ${odsInstanceId}.`)
    const before: JsonObject = saved ?? {
      takenOver: true,
      name: found.name,
      instanceType: found.instanceType ?? instanceType,
      contexts: Object.fromEntries(found.contexts.map(({ key, value }) => [key, value])),
    }
    const registeredString = sealRegisteredString(store.sealer, instance.id, connectionString)
    await save({ output: before, instance: { odsInstanceId, registeredString } })
    await api.updateRegistration(odsInstanceId, { name, instanceType, connectionString }, { signal, fence })
    await api.putContexts(odsInstanceId, contexts, { signal, fence })
    return {
      output: before,
      result: { odsInstanceId },
      detail: `ODS instance ${odsInstanceId} was taken over.`,
    }
  },
  async undo(context) {
    if (adoptParameters(context).odsInstanceId === undefined) {
      if (!register.undo) throw new Error('Registering cannot be undone.')
      return register.undo(context)
    }
    const { saved, signal, fence } = context
    const odsInstanceId = context.instance.odsInstanceId
    if (!saved || odsInstanceId === null) return { detail: 'Nothing had been changed in Admin API.' }
    const before = saved as unknown as { name: string; instanceType: string; contexts: Record<string, string> }
    const api = await context.adminApi()
    await api.updateRegistration(odsInstanceId, before, { signal, fence })
    await api.putContexts(odsInstanceId, before.contexts, { signal, fence })
    return {
      instance: { odsInstanceId: null, registeredString: null },
      detail: `ODS instance ${odsInstanceId} is as it was, but for a login that leads to the same database.`,
    }
  },
})
