import { Failure, type InstanceStatus } from '@edfi-tenants/core'
import type { AdminApi, Registration } from '@edfi-tenants/admin-api'
import { retiredName } from '@edfi-tenants/provisioner'
import { parkApplications } from '../applications/park-applications.js'
import { asParked, parkedKey, type ParkMode } from '../applications/parked.js'
import type { StepContext } from '../engine/define-job.js'
import { connectionStringFor } from '../steps/registered-string.js'
import { findOurs, privateRegistrationName } from '../steps/register.js'
import { asJson, parkedRegistrationName, tombstoneOf, type Tombstone } from './tombstone.js'

/**
 * Puts the registration aside without deleting it, so that nobody else ever gets its id: what it was goes on record
 * first, then nothing leads to it any more. Can be run again from wherever it was left.
 */
export async function parkRegistration(
  context: StepContext,
  { mode, previousStatus }: { mode: ParkMode; previousStatus: InstanceStatus },
): Promise<string> {
  const { instance, save, signal, fence } = context
  const { name, instanceType, contexts } = instance
  const api = await context.adminApi()
  const registration = await findRegistration(api, context)
  const earlier = tombstoneOf(instance)
  const ours = typesOf(registration).filter((type) => isOurs(context, type))
  const derivatives = [...new Set([...(earlier?.derivatives ?? []), ...ours])]
  const tombstone: Tombstone = {
    name,
    instanceType,
    contexts,
    odsInstanceId: registration?.odsInstanceId ?? null,
    derivatives,
    mode: earlier?.mode ?? mode,
    applications: earlier?.applications ?? null,
    previousStatus: earlier?.previousStatus ?? previousStatus,
  }
  if (!registration) {
    await save({ instance: { tombstone: asJson(tombstone) } })
    return 'There was no registration.'
  }
  const { odsInstanceId } = registration
  await save({ instance: { tombstone: asJson(tombstone), odsInstanceId } })
  const parked = await parkApplications(withRecord(context, tombstone), mode)
  // What was asked for first stays on record: a purge goes by it.
  const applications = { ...parked, mode: tombstone.mode }
  await save({ instance: { tombstone: asJson({ ...tombstone, applications }) } })
  await api.putContexts(odsInstanceId, {}, { signal, fence })
  for (const type of derivatives) await api.deleteDerivative(odsInstanceId, type, { signal, fence })
  const parkedName = parkedRegistrationName(instance.id)
  const connectionString = await connectionStringFor(context, retiredName(instance.id))
  await api.updateRegistration(odsInstanceId, { name: parkedName, instanceType, connectionString }, { signal, fence })
  const others = typesOf(registration).filter((type) => !isOurs(context, type))
  return [
    `ODS instance ${odsInstanceId} is kept as "${parkedName}", without what leads to it.`,
    asParked(parked)?.detail ?? '',
    ...(others.length > 0
      ? [`Left as it is, since its connection string is not known here: ${others.join(', ')}.`]
      : []),
  ].join(' ')
}

/** With what an earlier job has parked, which its own steps do not know of. */
const withRecord = (context: StepContext, { applications }: Tombstone): StepContext =>
  applications && !context.saved?.[parkedKey]
    ? { ...context, saved: { ...context.saved, [parkedKey]: applications } }
    : context

/** Only what is on our record can be registered again. */
const isOurs = ({ instance }: StepContext, type: string): boolean =>
  instance.derivatives.some(({ derivativeType }) => derivativeType.toLowerCase() === type.toLowerCase())

const typesOf = (registration: Registration | null): string[] =>
  (registration?.derivatives ?? []).map(({ derivativeType }) => derivativeType)

/**
 * The instance's registration, which may be an unfinished one; null when it has none. Fails with `registration_differs`
 * for one under a name that we did not give: ids begin anew when Admin API's database is set up again, so it may be
 * another's.
 */
export async function findRegistration(
  api: AdminApi,
  { instance, signal }: Pick<StepContext, 'instance' | 'signal'>,
): Promise<Registration | null> {
  const odsInstanceId = instance.odsInstanceId ?? (await findOurs(api, instance.id, signal))
  const found = odsInstanceId === null ? null : await api.readRegistration(odsInstanceId, { signal })
  if (!found) return null
  const given = [instance.name, privateRegistrationName(instance.id), parkedRegistrationName(instance.id)]
  if (!given.some((name) => name.toLowerCase() === found.name.toLowerCase()))
    throw new Failure(
      'registration_differs',
      `ODS instance ${found.odsInstanceId} is called "${found.name}" in Admin API, which is not the name we gave it. It was not touched.`,
    )
  return found
}
