import type { AdminApi } from '@edfi-tenants/admin-api'
import {
  readOnRecord,
  type AdminApiToCompare,
  type NewFinding,
  type OnRecord,
  type RecordedInstance,
} from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import {
  compareOthers,
  compareRegistered,
  instancesOf,
  isToBeRegistered,
  type AdminApiView,
} from './compare-registrations.js'
import { inBoth } from './in-both.js'

/** How many registrations are read with their contexts at a time. */
const atOnce = 8

/** What was seen in an Admin API. */
export interface SeenAdminApi {
  findings: NewFinding[]
  registrations: number
}

/** Looks at the registrations of an Admin API tenant, and compares with what is on record before and after. */
export async function lookAtAdminApi(
  context: StepContext,
  adminApi: AdminApiToCompare,
  wished: { covers: (instance: RecordedInstance) => boolean; tellsOfRegistrations: boolean },
): Promise<SeenAdminApi> {
  const api = await context.adminApiOf(adminApi.environmentId, adminApi.adminTenant)
  const before = await readOnRecord(context.store.database)
  const instances = instancesOf(before, adminApi).filter(wished.covers)
  const view = await look(context, api, adminApi, instances)
  const after = await readOnRecord(context.store.database)
  const compare = (records: OnRecord): NewFinding[] => [
    ...instancesOf(records, adminApi)
      .filter(wished.covers)
      .flatMap((instance) => compareRegistered(view, records, instance)),
    ...(wished.tellsOfRegistrations ? compareOthers(view, records) : []),
  ]
  return { findings: inBoth(compare(before), compare(after)), registrations: view.registrations.size }
}

async function look(
  { signal }: StepContext,
  api: AdminApi,
  adminApi: AdminApiToCompare,
  instances: readonly RecordedInstance[],
): Promise<AdminApiView> {
  const registrations = new Map<
    number,
    AdminApiView['registrations'] extends ReadonlyMap<number, infer One> ? One : never
  >()
  for (const { odsInstanceId, ...each } of await api.listRegistrations({ signal }))
    registrations.set(odsInstanceId, each)
  const ids = instances
    .filter(isToBeRegistered)
    .flatMap(({ odsInstanceId }) => (odsInstanceId !== null && registrations.has(odsInstanceId) ? [odsInstanceId] : []))
  for (let start = 0; start < ids.length; start += atOnce)
    await Promise.all(
      ids.slice(start, start + atOnce).map(async (id) => {
        const read = await api.readRegistration(id, { signal })
        if (read) registrations.set(id, read)
        else registrations.delete(id)
      }),
    )
  return { adminApi, registrations }
}
