import type { Registration } from '@edfi-tenants/admin-api'
import type { FindingAction, FindingKind, JsonObject } from '@edfi-tenants/core'
import type { AdminApiToCompare, NewFinding, OnRecord, RecordedInstance } from '@edfi-tenants/store'
import { compareRegistration } from '../health/compare-registration.js'

/** The registrations of an Admin API tenant at one moment; contexts only where an instance has them on record. */
export interface AdminApiView {
  adminApi: AdminApiToCompare
  registrations: ReadonlyMap<
    number,
    Pick<Registration, 'name' | 'instanceType'> & { contexts?: Registration['contexts'] }
  >
}

/** The instances that belong to an Admin API tenant, whatever has become of them. */
export const instancesOf = (records: OnRecord, adminApi: AdminApiToCompare): RecordedInstance[] =>
  [...records.instances.values()].filter(
    ({ environmentId, adminTenant }) =>
      environmentId === adminApi.environmentId && adminTenant.toLowerCase() === adminApi.adminTenant.toLowerCase(),
  )

/** Whether an instance should have the registration on record now. */
export const isToBeRegistered = ({ status, busy, odsInstanceId }: RecordedInstance): boolean =>
  !busy && (status === 'active' || status === 'stopped') && odsInstanceId !== null

/** What is wrong with the registration of an instance; nothing where nothing can be said. */
export function compareRegistered(
  { adminApi, registrations }: AdminApiView,
  records: OnRecord,
  instance: RecordedInstance,
): NewFinding[] {
  const { odsInstanceId } = instance
  if (!isToBeRegistered(instance) || odsInstanceId === null) return []
  const found = registrations.get(odsInstanceId)
  if (!found) {
    const namesake = [...registrations].find(([, { name }]) => name.toLowerCase() === instance.name.toLowerCase())
    return finding(
      'registration_missing',
      `Admin API has no ODS instance ${odsInstanceId}.${
        namesake ? ` It has one of this name under the id ${namesake[0]}, which can be taken over.` : ''
      }`,
      {},
    )
  }
  // Ids begin anew when Admin API's database is set up again, and then this one may have become another's.
  const isAnothers = instancesOf(records, adminApi).some(
    (other) => other.id !== instance.id && other.nameHeld && other.name.toLowerCase() === found.name.toLowerCase(),
  )
  if (isAnothers)
    return finding('registration_missing', `ODS instance ${odsInstanceId} has become another instance’s.`, {})
  const { differences } = compareRegistration(instance, found)
  if (differences.length === 0) return []
  const renamed = differences.includes('name')
  return finding(
    'registration_mismatch',
    `ODS instance ${odsInstanceId} differs in: ${differences.join(', ')}.${renamed ? ` It is called "${found.name}".` : ''}`,
    renamed ? { odsInstanceId } : {},
  )

  function finding(kind: FindingKind, detail: string, data: JsonObject): NewFinding[] {
    const { id, name, tenant, environment, server } = instance
    const actions: FindingAction[] = ['repair']
    return [{ kind, server, environment, tenant, subject: name, instanceId: id, detail, data, actions }]
  }
}

const privateName = /^tm_(?:retired_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/**
 * Registrations that belong to no instance: left over of ours, or made by others. One with a private name that stands
 * for no instance of ours may be another installation's, and is not told of.
 */
export function compareOthers({ adminApi, registrations }: AdminApiView, records: OnRecord): NewFinding[] {
  const own = instancesOf(records, adminApi)
  const wanted = new Set(own.filter(({ status }) => status !== 'purged').map(({ odsInstanceId }) => odsInstanceId))
  const names = new Set(own.filter(({ nameHeld }) => nameHeld).map(({ name }) => name.toLowerCase()))
  return [...registrations].flatMap(([odsInstanceId, { name, instanceType }]) => {
    if (wanted.has(odsInstanceId) || names.has(name.toLowerCase())) return []
    const finding = (detail: string, actions: FindingAction[], instanceId: string | null): NewFinding => ({
      kind: 'registration_without_instance',
      server: null,
      environment: adminApi.environment,
      tenant: adminApi.tenants.length === 1 ? (adminApi.tenants[0] ?? null) : null,
      subject: name,
      instanceId,
      detail,
      data: {
        environmentId: adminApi.environmentId,
        adminTenant: adminApi.adminTenant,
        odsInstanceId,
        name,
        instanceType,
      },
      actions,
    })
    if (!name.toLowerCase().startsWith('tm_'))
      return [finding(`ODS instance ${odsInstanceId} is no instance of ours.`, ['adopt'], null)]
    const instance = records.instances.get(privateName.exec(name)?.[1] ?? '')
    if (!instance || instance.busy || instance.status === 'provisioning' || instance.status === 'deleting') return []
    return [
      finding(`ODS instance ${odsInstanceId} was left unfinished by a job that has ended.`, ['purge'], instance.id),
    ]
  })
}
