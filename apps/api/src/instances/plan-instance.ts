import type { InstancePlan, operations } from '@edfi-tenants/contract'
import { jobCatalogue, planCreateInstance } from '@edfi-tenants/jobs'
import { readNameHolder, readTypicalDuration } from '@edfi-tenants/store'
import { isWithinBound } from '@edfi-tenants/core'
import type { Call } from '../http/call.js'
import type { Parts } from '../parts.js'

const jobType = 'instance.create'

/** What creating an instance would do, with what stands in its way now; nothing is written. */
export async function planInstance(parts: Parts, call: Call<typeof operations.createInstance>): Promise<InstancePlan> {
  const { database } = parts.store
  const { body, actor } = call
  const plan = await planCreateInstance(database, body, {
    bound: actor.tenants,
    reservedDatabaseNames: parts.reservedDatabaseNames,
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
    estimatedDurationMs,
  }
}
