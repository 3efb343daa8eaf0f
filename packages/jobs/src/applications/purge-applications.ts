import { Failure, type JsonObject } from '@edfi-tenants/core'
import type { AdminApi, Application } from '@edfi-tenants/admin-api'
import { listCredentials, removeCredentials } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import { attachedApplications, attachedDetails } from './attached-applications.js'
import { changeApplication, servings, updateServing } from './change-application.js'
import { asParked } from './parked.js'

/**
 * Removes what still uses the registration of the job's instance, so that Admin API lets it be deleted: ours are deleted,
 * others that serve more instances lose this one. Others that serve nothing else cannot be detached, as Admin API wants an
 * instance for each; they are deleted only when the deletion was asked for with `applications=delete` (in the record, or
 * `deleteForeign`). Otherwise fails with `applications_attached`: somebody has to move or remove them in Admin API first,
 * or purge with `applications=delete`. Last, the instance's credentials with their secrets go off the record. Can run twice.
 */
export async function purgeApplications(
  context: StepContext,
  parked: JsonObject | null | undefined,
  options: { deleteForeign?: boolean } = {},
): Promise<{ detail: string }> {
  const { instance, job, store, ownership, signal, fence } = context
  const api = await context.adminApi()
  const credentials = await listCredentials(store.database, instance.id)
  const { ours, foreign } = await attachedApplications(api, instance, credentials, { signal })
  const mayDelete = options.deleteForeign ?? asParked(parked)?.mode === 'delete'
  const left: Application[] = []
  for (const application of foreign) if (!(await release(context, api, application, mayDelete))) left.push(application)
  if (left.length > 0)
    throw new Failure(
      'applications_attached',
      `Applications that were not made for "${instance.name}" have no other instance, so they stand in the way: ${left.map(({ applicationName }) => `"${applicationName}"`).join(', ')}.`,
      attachedDetails(left),
    )
  // Ours last: until nothing stands in the way any more, the instance can come back with its keys.
  for (const { applicationId } of ours) await api.deleteApplication(applicationId, { signal, fence })
  await removeCredentials(store.database, { jobId: job.id, epoch: ownership.epoch })
  return {
    detail:
      ours.length + foreign.length === 0
        ? 'No application used the registration.'
        : `${ours.length} applications of ours were deleted, ${foreign.length} others taken off.`,
  }
}

/** Takes the instance from an application, or what serves nothing else away. Whether nothing of it uses the instance now. */
const release = (
  context: StepContext,
  api: AdminApi,
  { applicationId }: Application,
  mayDelete: boolean,
): Promise<boolean> =>
  changeApplication(context, api, applicationId, async (held) => {
    if (!held) return true
    const { instance, signal, fence } = context
    const call = { signal, fence }
    const all = servings(held)
    if (all.every(({ odsInstanceIds }) => odsInstanceIds.every((id) => id === instance.odsInstanceId))) {
      if (mayDelete) await api.deleteApplication(applicationId, call)
      return mayDelete
    }
    let isFree = true
    for (const { apiClientId, odsInstanceIds } of all) {
      const others = odsInstanceIds.filter((id) => id !== instance.odsInstanceId)
      if (others.length === odsInstanceIds.length) continue
      if (others.length > 0) await updateServing(api, held, apiClientId, { odsInstanceIds: others }, call)
      else if (mayDelete && apiClientId !== null) await api.deleteApiClient(apiClientId, call)
      else isFree = false
    }
    return isFree
  })
