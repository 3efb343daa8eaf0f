import { Failure, isFailure } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { registeredLogin } from './create-database.js'

/**
 * Registers the database with Admin API, whose POST is not idempotent and answers without a body. So: look by name,
 * record the intent, then POST; after a lost answer the registration found by that name is the one we made.
 */
export const register = defineStep({
  name: 'register',
  async run(context) {
    const { instance, signal, fence } = context
    const api = await context.adminApi()
    const odsInstanceId = instance.odsInstanceId ?? (await createRegistration(context, api))
    await api.putContexts(odsInstanceId, instance.contexts, { signal, fence })
    return {
      output: { intended: true, odsInstanceId },
      instance: { odsInstanceId },
      result: { odsInstanceId },
      detail: `Registered as ODS instance ${odsInstanceId}.`,
    }
  },
  async undo({ instance, adminApi, saved, signal, fence }) {
    const api = await adminApi()
    const intended = saved?.['intended'] === true
    const found =
      instance.odsInstanceId ??
      (intended ? (await api.findRegistration(instance.name, { signal }))?.odsInstanceId : null)
    if (found == null) return { detail: 'There was no registration to remove.' }
    await api.deleteRegistration(found, { signal, fence })
    return { instance: { odsInstanceId: null }, detail: `ODS instance ${found} was removed from Admin API.` }
  },
})

async function createRegistration(context: StepContext, api: AdminApi): Promise<number> {
  const { instance, saved, save, signal, fence } = context
  const intended = saved?.['intended'] === true
  const found = await api.findRegistration(instance.name, { signal })
  const taken = `Admin API already has an ODS instance named "${instance.name}".`
  if (found && !intended) throw new Failure('registration_name_taken', taken)
  const access = await context.database()
  const connectionString = access.provisioner.registeredConnectionString(access.server, {
    databaseName: instance.databaseName,
    login: await registeredLogin(context, access),
  })
  const wanted = { name: instance.name, instanceType: instance.instanceType, connectionString }
  if (found) {
    // Ours from an earlier try: made sure to lead where it should.
    await save({ instance: { odsInstanceId: found.odsInstanceId } })
    await api.updateRegistration(found.odsInstanceId, wanted, { signal, fence })
    return found.odsInstanceId
  }
  if (!intended) await save({ output: { intended: true } })
  try {
    const odsInstanceId = await api.createRegistration(wanted, { signal, fence })
    await save({ instance: { odsInstanceId } })
    return odsInstanceId
  } catch (error) {
    // Taken between our look and our POST, and this was our first POST: it is not ours, and undo must not think so.
    if (isFailure(error) && error.code === 'registration_name_taken' && !intended) await save({ output: null })
    throw error
  }
}
