import { purgeApplications } from '../applications/purge-applications.js'
import { defineStep } from '../engine/define-job.js'
import { parkedRegistrationName, tombstoneOf } from '../tombstones/tombstone.js'

/**
 * Removes the credentials that were made for the instance, and takes it off all others. Only those of the registration
 * that has the name only we give: the id on record may be another's by now.
 */
export const purgeCredentials = defineStep({
  name: 'purge-credentials',
  async run(context) {
    const { instance, job, signal } = context
    const api = await context.adminApi()
    const kept = await api.findRegistration(parkedRegistrationName(instance.id), { signal }, { exact: true })
    const subject = { ...context, instance: { ...instance, odsInstanceId: kept?.odsInstanceId ?? null } }
    const deleteForeign = job.parameters['applications'] === 'delete'
    const parked = tombstoneOf(instance)?.applications
    const { detail } = await purgeApplications(subject, parked, deleteForeign ? { deleteForeign } : {})
    return { detail }
  },
})
