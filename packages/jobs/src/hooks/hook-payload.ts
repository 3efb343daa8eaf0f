import type { JsonObject } from '@edfi-tenants/core'
import { odsEndpoints } from '@edfi-tenants/ods-api'
import { openRegisteredString, type InstanceRow, type Store } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'

/** What an HTTP hook is told of job and instance. Never a secret. */
export function hookData({ job, instance }: Pick<StepContext, 'job' | 'instance'>): JsonObject {
  return {
    job: { id: job.id, number: job.number, type: job.type },
    instance: {
      id: instance.id,
      number: instance.number,
      name: instance.name,
      displayName: instance.displayName,
      tenant: instance.tenant,
      environment: instance.environment,
      server: instance.server,
      status: instance.status,
      instanceType: instance.instanceType,
      databaseEngine: instance.databaseEngine,
      databaseName: instance.databaseName,
      odsInstanceId: instance.odsInstanceId,
      contexts: instance.contexts,
      labels: instance.labels,
      endpoints: instance.odsInstanceId === null ? {} : odsEndpoints({ ...instance.odsRoute, ...instance }),
    },
  }
}

/** What a container's settings may name of an instance, by place. */
export const hookValues = (instance: InstanceRow): Record<string, string | null> => ({
  'instance.id': instance.id,
  'instance.name': instance.name,
  'instance.number': String(instance.number),
  tenant: instance.tenant,
  environment: instance.environment,
  databaseName: instance.databaseName,
  odsInstanceId: instance.odsInstanceId === null ? null : String(instance.odsInstanceId),
  ...Object.fromEntries(Object.entries(instance.contexts).map(([key, value]) => [`contexts.${key}`, value])),
})

/** The connection string as it was registered, opened; null where nothing is. */
export const registeredStringOf = (store: Pick<Store, 'sealer'>, instance: InstanceRow): string | null =>
  instance.registeredString === null ? null : openRegisteredString(store.sealer, instance.id, instance.registeredString)
