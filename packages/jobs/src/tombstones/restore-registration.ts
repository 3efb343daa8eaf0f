import { Failure } from '@edfi-tenants/core'
import { sealRegisteredString } from '@edfi-tenants/store'
import { restoreApplications } from '../applications/restore-applications.js'
import { registerDerivativeOf } from '../derivatives/asked-derivative.js'
import type { StepContext } from '../engine/define-job.js'
import { connectionStringFor } from '../steps/registered-string.js'
import { findRegistration } from './park-registration.js'
import type { Tombstone } from './tombstone.js'

/**
 * Takes {@link parkRegistration} back: name, connection string, contexts, derivatives, and last the credentials, so that
 * none works before what it leads to is whole. Can be run again from wherever it was left.
 */
export async function restoreRegistration(context: StepContext, tombstone: Tombstone): Promise<string> {
  const { instance, store, save, signal, fence } = context
  const { name, instanceType } = instance
  const api = await context.adminApi()
  const registration = await findRegistration(api, context)
  if (!registration) throw new Failure('registration_missing', 'Admin API no longer has the registration kept for it.')
  const { odsInstanceId } = registration
  const connectionString = await connectionStringFor(context, instance.databaseName)
  await api.updateRegistration(odsInstanceId, { name, instanceType, connectionString }, { signal, fence })
  await save({
    instance: { registeredString: sealRegisteredString(store.sealer, instance.id, connectionString) },
  })
  await api.putContexts(odsInstanceId, instance.contexts, { signal, fence })
  const ours = instance.derivatives.filter(({ derivativeType }) => tombstone.derivatives.includes(derivativeType))
  for (const derivative of ours) await registerDerivativeOf(context, derivative)
  const { detail } = await restoreApplications(context, tombstone.applications)
  return `ODS instance ${odsInstanceId} is registered as "${name}" again. ${detail}`
}
