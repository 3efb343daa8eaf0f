import type { Instance } from '@edfi-tenants/contract'
import { odsEndpoints } from '@edfi-tenants/ods-api'
import type { InstanceRow } from '@edfi-tenants/store'
import { presentDerivative } from '../derivatives/present-derivative.js'

/** An instance as clients see it. */
export const presentInstance = (row: InstanceRow): Instance => ({
  id: row.id,
  number: row.number,
  tenant: row.tenant,
  name: row.name,
  displayName: row.displayName,
  status: row.status,
  statusReason: row.statusReason,
  instanceType: row.instanceType,
  contexts: row.contexts,
  labels: row.labels,
  environment: row.environment,
  server: row.server,
  template: { name: row.templateName, version: row.templateVersion },
  databaseName: row.databaseName,
  odsInstanceId: row.odsInstanceId,
  odsVersion: row.odsVersion,
  dataStandard: row.dataStandard,
  origin: row.origin,
  sourceInstanceId: row.sourceInstanceId,
  derivatives: row.derivatives.map(presentDerivative),
  // ODS/API leads to what is registered and not deleted.
  endpoints: row.odsInstanceId === null || row.deletedAt !== null ? {} : odsEndpoints({ ...row.odsRoute, ...row }),
  deletionProtection: row.deletionProtection,
  health: { status: row.healthStatus, checkedAt: row.healthCheckedAt },
  activeJobId: row.activeJobId,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  deletedAt: row.deletedAt,
  purgeAt: row.purgeAt,
  expiresAt: row.expiresAt,
})
