import { Failure, isFailure } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import { sealRegisteredString } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { registeredLogin } from './create-database.js'

/**
 * The name a registration has until it is finished: only we can have made one like it. The same guarantee that a database
 * has until it gets its final name.
 */
export const privateRegistrationName = (instanceId: string): string => `tm_${instanceId}`

/**
 * Registers the database with Admin API, whose POST is not idempotent and answers without a body. So it is made under a
 * name that only we can have made, then renamed: after a lost answer the one found by that name is ours beyond doubt, and
 * one that has the final name without being ours is never touched.
 */
export const register = defineStep({
  name: 'register',
  async run(context) {
    const { instance, store, save, signal, fence } = context
    const api = await context.adminApi()
    const connectionString = await connectionStringOf(context)
    const odsInstanceId = instance.odsInstanceId ?? (await createRegistration(context, api, connectionString))
    const registeredString = sealRegisteredString(store.sealer, instance.id, connectionString)
    if (instance.odsInstanceId === null) await save({ instance: { odsInstanceId, registeredString } })
    await api.updateRegistration(
      odsInstanceId,
      { name: instance.name, instanceType: instance.instanceType },
      { signal, fence },
    )
    await api.putContexts(odsInstanceId, instance.contexts, { signal, fence })
    return { result: { odsInstanceId }, detail: `Registered as ODS instance ${odsInstanceId}.` }
  },
  async undo({ instance, adminApi, signal, fence }) {
    const api = await adminApi()
    const found = instance.odsInstanceId ?? (await findOurs(api, instance.id, signal))
    if (found === null) return { detail: 'There was no registration to remove.' }
    await api.deleteRegistration(found, { signal, fence })
    return {
      instance: { odsInstanceId: null, registeredString: null },
      detail: `ODS instance ${found} was removed from Admin API.`,
    }
  },
})

/** An unfinished registration of ours; null when there is none. */
export const findOurs = async (api: AdminApi, instanceId: string, signal: AbortSignal): Promise<number | null> =>
  (await api.findRegistration(privateRegistrationName(instanceId), { signal }, { exact: true }))?.odsInstanceId ?? null

async function connectionStringOf(context: StepContext): Promise<string> {
  const access = await context.database()
  return access.provisioner.registeredConnectionString(access.server, {
    databaseName: context.instance.databaseName,
    login: await registeredLogin(context, access),
  })
}

async function createRegistration(context: StepContext, api: AdminApi, connectionString: string): Promise<number> {
  const { instance, signal, fence } = context
  const earlier = await findOurs(api, instance.id, signal)
  if (earlier !== null) return earlier
  if (await api.findRegistration(instance.name, { signal }))
    throw new Failure('registration_name_taken', `Admin API already has an ODS instance named "${instance.name}".`)
  const name = privateRegistrationName(instance.id)
  try {
    return await api.createRegistration(
      { name, instanceType: instance.instanceType, connectionString },
      { signal, fence },
    )
  } catch (error) {
    // Taken: by our own earlier POST, which arrived after we had looked.
    const ours =
      isFailure(error) && error.code === 'registration_name_taken' ? await findOurs(api, instance.id, signal) : null
    if (ours === null) throw error
    return ours
  }
}
