import type { AdminApi } from '@edfi-tenants/admin-api'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { parkedRegistrationName } from '../tombstones/tombstone.js'

/**
 * Deletes the registration, found by the name that only we give: ids begin anew when Admin API's database is set up
 * again or restored, and then the one on record may be another's.
 */
export const deleteRegistration = defineStep({
  name: 'delete-registration',
  async run(context) {
    const { instance, signal, fence } = context
    const api = await context.adminApi()
    const parked = await api.findRegistration(parkedRegistrationName(instance.id), { signal }, { exact: true })
    if (!parked) return { detail: await nothingToDelete(api, context) }
    await api.deleteRegistration(parked.odsInstanceId, { signal, fence })
    return { detail: `ODS instance ${parked.odsInstanceId} was deleted in Admin API.` }
  },
})

async function nothingToDelete(api: AdminApi, { instance, signal }: StepContext): Promise<string> {
  const { odsInstanceId } = instance
  const other = odsInstanceId === null ? null : await api.readRegistration(odsInstanceId, { signal })
  return other
    ? `ODS instance ${other.odsInstanceId} is called "${other.name}" by now, so it is not ours; it was left alone.`
    : 'There was no registration left.'
}
