import { Failure, type JsonObject } from '@edfi-tenants/core'
import { defineStep } from '../engine/define-job.js'

/** What an instance update may change, as its job's parameters hold it. */
export interface InstanceUpdate {
  contexts?: Record<string, string>
  instanceType?: string
}

/** Changes type and contexts of a registration, and the instance's record with it. */
export const updateRegistration = defineStep({
  name: 'update-registration',
  async run({ job, instance, adminApi, saved, save, signal, fence }) {
    const id = registeredId(instance.odsInstanceId)
    const change = job.parameters as InstanceUpdate
    // A second try must not take the half-changed state for the one to go back to.
    const before: JsonObject = saved ?? { contexts: instance.contexts, instanceType: instance.instanceType }
    if (!saved) await save({ output: before })
    const api = await adminApi()
    const next = {
      contexts: change.contexts ?? instance.contexts,
      instanceType: change.instanceType ?? instance.instanceType,
    }
    await api.updateRegistration(id, { name: instance.name, instanceType: next.instanceType }, { signal, fence })
    await api.putContexts(id, next.contexts, { signal, fence })
    return { output: before, instance: next, detail: `ODS instance ${id} was changed in Admin API.` }
  },
  async undo({ instance, adminApi, saved, signal, fence }) {
    if (!saved) return { detail: 'Nothing had been changed.' }
    const id = registeredId(instance.odsInstanceId)
    const before = saved as unknown as Required<InstanceUpdate>
    const api = await adminApi()
    await api.updateRegistration(id, { name: instance.name, instanceType: before.instanceType }, { signal, fence })
    await api.putContexts(id, before.contexts, { signal, fence })
    return { instance: before, detail: `ODS instance ${id} is in Admin API as it was before.` }
  },
})

const registeredId = (id: number | null): number => {
  if (id === null) throw new Failure('registration_missing', 'No registration is on record.')
  return id
}
