import type { AdminApi, AdminApiCall, ApiClient, Application } from '@edfi-tenants/admin-api'
import type { StepContext } from '../engine/define-job.js'
import { oneAtATime } from './one-at-a-time.js'

/** An application with its credentials, read while nobody else of ours changes it. */
export interface HeldApplication {
  application: Application
  /** Null where this version of Admin API has none of their own. */
  clients: ApiClient[] | null
}

/**
 * Reads an application and lets `work` change it, one at a time over all workers, since a change means sending all that
 * was read. `work` gets null when there is no such application.
 */
export const changeApplication = <Result>(
  context: StepContext,
  api: AdminApi,
  applicationId: number,
  work: (held: HeldApplication | null) => Promise<Result>,
): Promise<Result> =>
  oneAtATime(context, `application/${applicationId}`, async () => work(await readHeld(api, applicationId, context)))

/** An application with its credentials; null when there is none. */
export async function readHeld(
  api: AdminApi,
  applicationId: number,
  call: AdminApiCall,
): Promise<HeldApplication | null> {
  const application = await api.readApplication(applicationId, { signal: call.signal })
  if (!application) return null
  return { application, clients: await api.listApiClients(applicationId, { signal: call.signal }) }
}

/** What one credential is about: an application where it has just one, else an API client. */
export interface Serving {
  /** Null: the application itself, in versions that know no other. */
  apiClientId: number | null
  odsInstanceIds: number[]
  /** Null where Admin API does not say. */
  enabled: boolean | null
}

/** The credentials of an application, each with what it serves. */
export const servings = ({ application, clients }: HeldApplication): Serving[] =>
  clients === null || clients.length === 0
    ? [{ apiClientId: null, odsInstanceIds: application.odsInstanceIds, enabled: application.enabled }]
    : clients.map(({ apiClientId, odsInstanceIds, isApproved }) => ({
        apiClientId,
        odsInstanceIds,
        enabled: isApproved,
      }))

/**
 * Changes what one credential serves, or whether it works. Goes through the API client where there is one: Admin API
 * changes an application as a whole only while it has exactly one.
 */
export async function updateServing(
  api: AdminApi,
  { application, clients }: HeldApplication,
  apiClientId: number | null,
  change: { odsInstanceIds?: number[]; enabled?: boolean },
  call: AdminApiCall,
): Promise<void> {
  const { odsInstanceIds, enabled } = change
  const client = clients?.find((each) => each.apiClientId === apiClientId)
  if (client)
    await api.updateApiClient(
      {
        ...client,
        odsInstanceIds: odsInstanceIds ?? client.odsInstanceIds,
        isApproved: enabled ?? client.isApproved,
      },
      call,
    )
  else
    await api.updateApplication(
      {
        ...application,
        odsInstanceIds: odsInstanceIds ?? application.odsInstanceIds,
        enabled: application.enabled === null ? null : (enabled ?? application.enabled),
      },
      call,
    )
}
