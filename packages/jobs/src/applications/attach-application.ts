import { Failure } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import { otherTenantsServed } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import { assertUnambiguous } from './assert-unambiguous.js'
import { changeApplication, servings, updateServing, type HeldApplication, type Serving } from './change-application.js'

/** What was attached: the key where it is known and only one. */
export interface Attached {
  applicationId: number
  applicationName: string
  apiClientId: number | null
  key: string | null
}

/**
 * Lets an application, or one of its API clients, serve the job's instance too. Fails with `application_missing` for one
 * that is not there or serves instances of other tenants, and with `ambiguous_context`, having changed nothing.
 */
export async function attachApplication(
  context: StepContext,
  api: AdminApi,
  asked: { applicationId: number } | { apiClientId: number },
): Promise<Attached> {
  const { signal, fence } = context
  const only = 'apiClientId' in asked ? asked.apiClientId : null
  const applicationId = 'applicationId' in asked ? asked.applicationId : await applicationOf(api, asked, signal)
  return changeApplication(context, api, applicationId, async (held) => {
    const chosen = (held ? servings(held) : []).filter(({ apiClientId }) => only === null || apiClientId === only)
    if (!held || chosen.length === 0) throw missing(asked)
    await assertOfTenant(context, held, asked)
    for (const { odsInstanceIds } of chosen) await assertUnambiguous(api, context.instance, odsInstanceIds, { signal })
    for (const serving of chosen) await addInstance(context, api, held, serving)
    const keys = (held.clients ?? []).filter(({ apiClientId }) =>
      chosen.some((serving) => serving.apiClientId === apiClientId),
    )
    return {
      applicationId,
      applicationName: held.application.applicationName,
      apiClientId: only,
      key: keys.length === 1 ? (keys[0]?.key ?? null) : null,
    }
  })

  async function addInstance(
    { instance }: StepContext,
    admin: AdminApi,
    held: HeldApplication,
    { apiClientId, odsInstanceIds }: Serving,
  ): Promise<void> {
    if (instance.odsInstanceId === null || odsInstanceIds.includes(instance.odsInstanceId)) return
    await updateServing(
      admin,
      held,
      apiClientId,
      { odsInstanceIds: [...odsInstanceIds, instance.odsInstanceId] },
      { signal, fence },
    )
  }
}

/**
 * Takes the job's instance from an application or one of its API clients. Whatever would be left with no instance at all,
 * which Admin API does not allow, keeps it.
 */
export async function detachApplication(
  context: StepContext,
  api: AdminApi,
  asked: { applicationId: number } | { apiClientId: number },
): Promise<void> {
  const { instance, signal, fence } = context
  const only = 'apiClientId' in asked ? asked.apiClientId : null
  const applicationId =
    'applicationId' in asked
      ? asked.applicationId
      : (await api.readApiClient(asked.apiClientId, { signal }))?.applicationId
  if (applicationId === undefined) return
  await changeApplication(context, api, applicationId, async (held) => {
    if (!held) return
    for (const { apiClientId, odsInstanceIds } of servings(held)) {
      if (only !== null && apiClientId !== only) continue
      const others = odsInstanceIds.filter((id) => id !== instance.odsInstanceId)
      if (others.length === odsInstanceIds.length || others.length === 0) continue
      await updateServing(api, held, apiClientId, { odsInstanceIds: others }, { signal, fence })
    }
  })
}

async function applicationOf(api: AdminApi, asked: { apiClientId: number }, signal: AbortSignal): Promise<number> {
  const client = await api.readApiClient(asked.apiClientId, { signal })
  if (!client) throw missing(asked)
  return client.applicationId
}

/** In an Admin API that several of our tenants share, one must not reach into what serves another. */
async function assertOfTenant(
  { store, instance }: StepContext,
  { application, clients }: HeldApplication,
  asked: object,
): Promise<void> {
  const served = [...application.odsInstanceIds, ...(clients ?? []).flatMap(({ odsInstanceIds }) => odsInstanceIds)]
  if ((await otherTenantsServed(store.database, instance, served)).length > 0) throw missing(asked)
}

const missing = (asked: object): Failure => {
  const [[kind, id] = []] = Object.entries(asked)
  const what = kind === 'apiClientId' ? 'API client' : 'application'
  return new Failure('application_missing', `Admin API has no ${what} with the id ${String(id)} for this tenant.`)
}
