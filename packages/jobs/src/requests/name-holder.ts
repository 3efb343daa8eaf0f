import { Failure, isWithinBound, type Actor, type JsonObject } from '@edfi-tenants/core'
import type { InstanceRow } from '@edfi-tenants/store'
import type { InstancePlan } from './plan-create-instance.js'
import { normalise } from './plan-creation.js'

/** The instance that has the name a new one is asked for with. */
export type NameHolder = Pick<
  InstanceRow,
  'id' | 'tenant' | 'name' | 'status' | 'parameters' | 'parametersHash' | 'activeJobId'
>

/** Of another tenant's instance that shares the Admin API tenant only that the name is taken may be known: `name_taken`. */
export function assertMayBeKnown(
  holder: Pick<NameHolder, 'tenant'>,
  { placement }: Pick<InstancePlan, 'placement'>,
  name: string,
  actor: Pick<Actor, 'tenants'>,
): void {
  if (holder.tenant !== placement.tenant || !isWithinBound(actor.tenants, holder.tenant))
    throw new Failure('name_taken', `The name "${name}" is taken.`)
}

/**
 * Whether the holder of the name came from the same request, and is there or in the making (after the Open Service
 * Broker); otherwise fails with `instance_exists`, naming the fields that differ, or `instance_busy`. `job` is the last
 * one that made it, where that is known.
 */
export function assertSameRequest(
  holder: NameHolder,
  plan: Pick<InstancePlan, 'parameters' | 'parametersHash'>,
  job: { id: string } | null = null,
): void {
  const links = { instance: { id: holder.id, href: `/v1/instances/${holder.id}` } }
  if (holder.parametersHash !== plan.parametersHash) {
    const fields = differingFields(holder.parameters, plan.parameters)
    throw new Failure(
      'instance_exists',
      `An instance named "${holder.name}" exists that was asked for with other values of: ${fields.join(', ')}.`,
      { extensions: { ...links, fields } },
    )
  }
  if (holder.status === 'deleting')
    throw new Failure('instance_busy', `Instance "${holder.name}" is being deleted.`, {
      extensions: { ...links, job: holder.activeJobId },
    })
  if (holder.status === 'failed')
    throw new Failure('instance_exists', `Creating "${holder.name}" failed, and what there is of it was kept.`, {
      extensions: {
        ...links,
        ...(job ? { job: { id: job.id, href: `/v1/jobs/${job.id}` }, retry: `/v1/jobs/${job.id}/retry` } : {}),
        delete: `/v1/instances/${holder.id}?confirm=${encodeURIComponent(holder.name)}`,
      },
    })
}

/** The names of the fields in which two requests differ. */
export function differingFields(first: JsonObject, second: JsonObject): string[] {
  // What comes from the database has its keys in another order.
  const [one, other] = [normalise(first), normalise(second)]
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key])).sort()
}
