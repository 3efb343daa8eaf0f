import type { InstancePlan } from '@edfi-tenants/contract'
import { jobCatalogue, planCreateInstance, type CopySource, type CreateInstanceBody } from '@edfi-tenants/jobs'
import { readNameHolder, readTypicalDuration } from '@edfi-tenants/store'
import { isWithinBound, type Actor } from '@edfi-tenants/core'
import type { Parts } from '../parts.js'

/** What creating an instance would do, with what stands in its way now; nothing is written. Of a copy where `from` is given. */
export async function planInstance(
  parts: Parts,
  { body, actor }: { body: CreateInstanceBody; actor: Actor },
  from?: CopySource,
): Promise<InstancePlan> {
  const { database } = parts.store
  const jobType = from?.definition.type ?? 'instance.create'
  const plan = await planCreateInstance(database, body, {
    bound: actor.tenants,
    reservedDatabaseNames: parts.reservedDatabaseNames,
    from,
  })
  const { placement, server } = plan
  const [named, sameDatabase, estimatedDurationMs] = await Promise.all([
    readNameHolder(database, {
      environmentId: placement.environmentId,
      adminTenant: placement.adminTenant,
      name: body.name,
    }),
    readNameHolder(database, { serverId: server.id, databaseName: plan.databaseName }),
    readTypicalDuration(database, jobType, server.id),
  ])
  const conflicts: InstancePlan['conflicts'] = []
  if (named)
    // Of another tenant's instance only that the name is taken may be known.
    conflicts.push({
      code:
        named.tenant === placement.tenant && isWithinBound(actor.tenants, named.tenant)
          ? 'instance_exists'
          : 'name_taken',
      detail: `The name "${body.name}" is taken.`,
      field: 'name',
    })
  if (sameDatabase && sameDatabase.id !== named?.id)
    conflicts.push({
      code: 'database_name_taken',
      detail: `The database name "${plan.databaseName}" is taken on this server.`,
      field: 'databaseName',
    })
  return {
    valid: true,
    steps: jobCatalogue.get(jobType)?.steps.map(({ name }) => name) ?? [],
    names: {
      name: body.name,
      databaseName: plan.databaseName,
      server: server.name,
      template: plan.template,
      environment: placement.environment,
      tenant: placement.tenant,
      instanceType: plan.instanceType,
    },
    conflicts,
    interruption: null,
    estimatedDurationMs,
  }
}
