import type { JsonObject } from '@edfi-tenants/core'
import type { InstanceRow } from '@edfi-tenants/store'
import type { ServerAccess } from '../engine/define-job.js'

/** An instance as its archive remembers it. No secret: a restored instance gets a login of its own. */
export const archivedSource = (instance: InstanceRow, { sharedLogin }: ServerAccess): JsonObject => ({
  id: instance.id,
  number: instance.number,
  tenant: instance.tenant,
  environment: instance.environment,
  name: instance.name,
  displayName: instance.displayName,
  instanceType: instance.instanceType,
  contexts: instance.contexts,
  labels: instance.labels,
  template: instance.templateName,
  templateVersion: instance.templateVersion,
  server: instance.server,
  databaseName: instance.databaseName,
  databaseEngine: instance.databaseEngine,
  odsInstanceId: instance.odsInstanceId,
  odsVersion: instance.odsVersion,
  dataStandard: instance.dataStandard,
  origin: instance.origin,
  registeredLogin: sharedLogin ? 'shared' : 'perInstance',
})
