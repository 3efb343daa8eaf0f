import { Failure } from '@edfi-tenants/core'
import type { AdminApi, Registration } from '@edfi-tenants/admin-api'
import { readNameHolder, readRegisteredInstance, sealRegisteredString } from '@edfi-tenants/store'
import { registerDerivativeOf } from '../derivatives/asked-derivative.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { reregisterParameters } from './claim-database.js'
import { connectionStringFor } from './registered-string.js'
import { privateRegistrationName, register } from './register.js'

/**
 * Makes Admin API know the instance as it is on record: name, type, connection string, contexts, derivatives. A
 * registration that has gone is made again, under a new id; what used the old one does not come back with it.
 */
export const reregister = defineStep({
  name: 'register',
  async run(context) {
    const { instance, store, save, signal, fence } = context
    const { name, instanceType, contexts } = instance
    const api = await context.adminApi()
    const found = await findOwn(context, api)
    if (found === null && instance.odsInstanceId !== null)
      await save({ instance: { odsInstanceId: null, registeredString: null } })
    if (found === null) await register.run(context)
    else {
      const connectionString = await connectionStringFor(context, instance.databaseName)
      const registeredString = sealRegisteredString(store.sealer, instance.id, connectionString)
      await save({ instance: { odsInstanceId: found, registeredString } })
      await api.updateRegistration(found, { name, instanceType, connectionString }, { signal, fence })
      await api.putContexts(found, contexts, { signal, fence })
    }
    for (const derivative of instance.derivatives) await registerDerivativeOf(context, derivative)
    const odsInstanceId = instance.odsInstanceId
    return {
      result: { odsInstanceId, made: found === null },
      detail: `ODS instance ${odsInstanceId} is registered as it is on record${found === null ? '; it was made anew' : ''}.`,
    }
  },
})

/** The id of the registration that is the instance's, or is to be; null: there is none. */
async function findOwn(context: StepContext, api: AdminApi): Promise<number | null> {
  const { instance, signal } = context
  const { odsInstanceId: asked } = reregisterParameters(context)
  const id = asked ?? instance.odsInstanceId
  const found = id === null ? null : await api.readRegistration(id, { signal })
  if (asked !== undefined) return takeOver(context, asked, found)
  if (!found) return null
  const given = [instance.name, privateRegistrationName(instance.id)]
  if (given.some((name) => name.toLowerCase() === found.name.toLowerCase())) return found.odsInstanceId
  // Ids begin anew when Admin API's database is set up again: then this one has become another instance's.
  const { environmentId, adminTenant } = instance
  const holder = await readNameHolder(context.store.database, { environmentId, adminTenant, name: found.name })
  if (holder && holder.id !== instance.id) return null
  throw new Failure(
    'registration_differs',
    `ODS instance ${found.odsInstanceId} is called "${found.name}" in Admin API. If it is this instance’s, say so in "odsInstanceId".`,
  )
}

/** Whoever asks for a registration by its id answers for it being the instance's, unless it is another one's. */
async function takeOver(
  { instance, store }: StepContext,
  odsInstanceId: number,
  found: Registration | null,
): Promise<number> {
  if (!found) throw new Failure('registration_missing', `Admin API has no ODS instance ${odsInstanceId}.`)
  const { environmentId, adminTenant } = instance
  const registered = await readRegisteredInstance(store.database, { environmentId, adminTenant, odsInstanceId })
  const named = await readNameHolder(store.database, { environmentId, adminTenant, name: found.name })
  if ((registered && registered.id !== instance.id) || (named && named.id !== instance.id))
    throw new Failure(
      'registration_differs',
      `ODS instance ${odsInstanceId} is another instance’s; it was not touched.`,
    )
  return odsInstanceId
}
