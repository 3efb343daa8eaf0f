import { isFailure, type JsonObject } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import type { StepContext } from '../engine/define-job.js'
import { assertUnambiguous } from './assert-unambiguous.js'
import { changeApplication, servings, updateServing, type HeldApplication } from './change-application.js'
import { asParked, type ParkedEntry } from './parked.js'

type Outcome = 'restored' | 'gone' | 'ambiguous'

/**
 * Brings back what `parkApplications` has done, by its record: disabled credentials that worked before work again,
 * detached ones serve the instance again. What was deleted, or is gone since, stays gone; what by now serves an instance
 * with the same contexts stays detached. Both are said in the detail. Can run twice. The registration must have its
 * contexts back by then.
 */
export async function restoreApplications(
  context: StepContext,
  parked: JsonObject | null | undefined,
): Promise<{ detail: string }> {
  const entries = asParked(parked)?.entries ?? []
  const api = await context.adminApi()
  const outcomes: { entry: ParkedEntry; outcome: Outcome }[] = []
  for (const applicationId of new Set(entries.map((entry) => entry.applicationId)))
    await changeApplication(context, api, applicationId, async (held) => {
      for (const entry of entries.filter((each) => each.applicationId === applicationId))
        outcomes.push({ entry, outcome: held ? await restore(context, api, held, entry) : 'gone' })
    })
  const named = (wanted: Outcome): string[] => [
    ...new Set(outcomes.filter(({ outcome }) => outcome === wanted).map(({ entry }) => `"${entry.applicationName}"`)),
  ]
  const [gone, ambiguous] = [named('gone'), named('ambiguous')]
  return {
    detail: [
      entries.length === 0 ? 'There were no credentials to bring back.' : 'Credentials work as before.',
      ...(gone.length > 0 ? [`Deleted, so not to be brought back: ${gone.join(', ')}.`] : []),
      ...(ambiguous.length > 0
        ? [`Not attached again, as they serve another instance with these contexts by now: ${ambiguous.join(', ')}.`]
        : []),
    ].join(' '),
  }
}

async function restore(
  context: StepContext,
  api: AdminApi,
  held: HeldApplication,
  { apiClientId, action, enabled }: ParkedEntry,
): Promise<Outcome> {
  const { instance, signal, fence } = context
  if (action === 'keep') return 'restored'
  const now = servings(held).find((each) => each.apiClientId === apiClientId)
  if (!now || action === 'delete' || action === 'delete-application') return 'gone'
  if (action === 'disable' && enabled === true && now.enabled === false)
    await updateServing(api, held, apiClientId, { enabled: true }, { signal, fence })
  if (action === 'detach' && instance.odsInstanceId !== null && !now.odsInstanceIds.includes(instance.odsInstanceId)) {
    if (await isAmbiguous(context, api, now.odsInstanceIds)) return 'ambiguous'
    await updateServing(
      api,
      held,
      apiClientId,
      { odsInstanceIds: [...now.odsInstanceIds, instance.odsInstanceId] },
      { signal, fence },
    )
  }
  return 'restored'
}

async function isAmbiguous(
  { instance, signal }: StepContext,
  api: AdminApi,
  odsInstanceIds: readonly number[],
): Promise<boolean> {
  try {
    await assertUnambiguous(api, instance, odsInstanceIds, { signal })
    return false
  } catch (error) {
    if (isFailure(error) && error.code === 'ambiguous_context') return true
    throw error
  }
}
