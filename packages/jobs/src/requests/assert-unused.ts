import { Failure } from '@edfi-tenants/core'
import { listCredentials, type InstanceRow } from '@edfi-tenants/store'
import { attachedApplications, attachedDetails } from '../applications/attached-applications.js'
import { openAdminApi, type JobServices } from '../engine/access.js'

/**
 * Fails with `applications_attached`, listing them, when applications that were not made for an instance alone use it;
 * with `admin_api_…` when Admin API cannot say so before the signal aborts.
 */
export async function assertUnused(
  services: Pick<JobServices, 'store' | 'adminApi'>,
  instance: InstanceRow,
  signal: AbortSignal,
): Promise<void> {
  if (instance.odsInstanceId === null) return
  const api = await openAdminApi(services, instance.environmentId, instance.adminTenant)
  const credentials = await listCredentials(services.store.database, instance.id)
  const { foreign } = await attachedApplications(api, instance, credentials, { signal })
  if (foreign.length > 0) throw applicationsAttached(instance, foreign)
}

/** The refusal that lists the applications in the way. */
export const applicationsAttached = (
  { name }: Pick<InstanceRow, 'name'>,
  foreign: Parameters<typeof attachedDetails>[0],
): Failure =>
  new Failure(
    'applications_attached',
    `Applications that were not made for "${name}" alone use it: ${foreign.map(({ applicationName }) => `"${applicationName}"`).join(', ')}.`,
    attachedDetails(foreign),
  )
