import { Failure, type JsonObject } from '@edfi-tenants/core'
import type { AdminApi, Application } from '@edfi-tenants/admin-api'
import { listCredentials } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import { attachedApplications, attachedDetails } from './attached-applications.js'
import { changeApplication, readHeld, servings, updateServing, type HeldApplication } from './change-application.js'
import { asParked, asRecord, parkedKey, type ParkedApplications, type ParkedEntry, type ParkMode } from './parked.js'

/**
 * Parks what uses the registration of the job's instance, so that nothing works on it any more and `restoreApplications`
 * can bring it back: ours are disabled, others lose this instance, and what `mode` says becomes of others that would be
 * left with none (`detach` disables them, since Admin API wants one). Fails with `applications_attached` in mode `refuse`
 * when there are others, having changed nothing.
 *
 * Can run twice: what is going to be done is saved first, under `parkedApplications` in the step's output, beside what the
 * step had saved in earlier attempts. The record that is returned belongs into the step's final output or the tombstone.
 */
export async function parkApplications(context: StepContext, mode: ParkMode): Promise<JsonObject> {
  const api = await context.adminApi()
  const earlier = asParked(context.saved?.[parkedKey])
  const planned = await plan(context, api, mode, earlier)
  const parked: ParkedApplications = {
    mode,
    odsInstanceId: context.instance.odsInstanceId,
    entries: planned,
    detail: describe(planned),
  }
  await context.save({ output: { ...context.saved, [parkedKey]: asRecord(parked) } })
  for (const applicationId of new Set(planned.map((entry) => entry.applicationId)))
    await changeApplication(context, api, applicationId, async (held) => {
      if (!held) return
      for (const entry of planned.filter((each) => each.applicationId === applicationId))
        await park(context, api, held, entry)
    })
  return asRecord(parked)
}

/** What an earlier attempt has decided stands; what has come since is added. */
async function plan(
  { instance, store, signal }: StepContext,
  api: AdminApi,
  mode: ParkMode,
  earlier: ParkedApplications | null,
): Promise<ParkedEntry[]> {
  const credentials = await listCredentials(store.database, instance.id)
  const { ours, foreign } = await attachedApplications(api, instance, credentials, { signal })
  const known = new Set(earlier?.entries.map(({ applicationId }) => applicationId))
  const isNew = ({ applicationId }: Application): boolean => !known.has(applicationId)
  const others = foreign.filter(isNew)
  if (mode === 'refuse' && others.length > 0)
    throw new Failure(
      'applications_attached',
      `Applications that were not made for "${instance.name}" alone use it: ${others.map(({ applicationName }) => `"${applicationName}"`).join(', ')}.`,
      attachedDetails(others),
    )
  const entries: ParkedEntry[] = [...(earlier?.entries ?? [])]
  for (const [applications, own] of [
    [ours.filter(isNew), true],
    [others, false],
  ] as const)
    for (const { applicationId } of applications) {
      const held = await readHeld(api, applicationId, { signal })
      if (held) entries.push(...entriesOf(held, own, mode, instance.odsInstanceId))
    }
  return entries
}

function entriesOf(held: HeldApplication, own: boolean, mode: ParkMode, odsInstanceId: number | null): ParkedEntry[] {
  const all = servings(held)
  const { applicationId, applicationName } = held.application
  const servesOnlyThis = all.every(({ odsInstanceIds }) => odsInstanceIds.every((id) => id === odsInstanceId))
  if (!own && mode === 'delete' && servesOnlyThis)
    return [{ applicationId, applicationName, apiClientId: null, own, action: 'delete-application', enabled: null }]
  return all
    .filter(({ odsInstanceIds }) => odsInstanceIds.some((id) => id === odsInstanceId))
    .map(({ apiClientId, odsInstanceIds, enabled }) => {
      const servesOthers = odsInstanceIds.some((id) => id !== odsInstanceId)
      const disable = enabled === null ? 'keep' : 'disable'
      const action = servesOthers ? 'detach' : !own && mode === 'delete' ? 'delete' : disable
      return { applicationId, applicationName, apiClientId, own, action, enabled }
    })
}

/** Does what was decided, unless it is done. */
async function park(context: StepContext, api: AdminApi, held: HeldApplication, entry: ParkedEntry): Promise<void> {
  const { instance, signal, fence } = context
  const call = { signal, fence }
  const { applicationId, apiClientId, action } = entry
  if (action === 'delete-application') return api.deleteApplication(applicationId, call)
  const now = servings(held).find((each) => each.apiClientId === apiClientId)
  if (!now) return
  if (action === 'delete' && apiClientId !== null) await api.deleteApiClient(apiClientId, call)
  if (action === 'disable' && now.enabled !== false)
    await updateServing(api, held, apiClientId, { enabled: false }, call)
  const others = now.odsInstanceIds.filter((id) => id !== instance.odsInstanceId)
  if (action === 'detach' && others.length > 0 && others.length < now.odsInstanceIds.length)
    await updateServing(api, held, apiClientId, { odsInstanceIds: others }, call)
}

function describe(entries: readonly ParkedEntry[]): string {
  const count = (what: string, of: (entry: ParkedEntry) => boolean): string[] => {
    const found = entries.filter(of).length
    return found === 0 ? [] : [`${found} ${what}`]
  }
  const parts = [
    ...count('of ours disabled', ({ own, action }) => own && action === 'disable'),
    ...count('others detached', ({ action }) => action === 'detach'),
    ...count('others disabled, since they serve no other instance', ({ own, action }) => !own && action === 'disable'),
    ...count('others deleted', ({ action }) => action === 'delete' || action === 'delete-application'),
    ...count('left alone, since this Admin API cannot disable them', ({ action }) => action === 'keep'),
  ]
  return parts.length === 0 ? 'No credentials used it.' : `Credentials: ${parts.join(', ')}.`
}
