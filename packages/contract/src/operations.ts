import { adoptOperations } from './operations/adopt.js'
import { apiClientOperations } from './operations/api-clients.js'
import { archiveOperations } from './operations/archives.js'
import { auditEventOperations } from './operations/audit-events.js'
import { batchControlOperations } from './operations/batch-control.js'
import { batchOperations } from './operations/batches.js'
import { cloneOperations } from './operations/clone.js'
import { credentialOperations } from './operations/credentials.js'
import { databaseServerOperations } from './operations/database-servers.js'
import { derivativeOperations } from './operations/derivatives.js'
import { environmentOperations } from './operations/environments.js'
import { eventOperations } from './operations/events.js'
import { healthOperations } from './operations/health.js'
import { instanceLifeOperations } from './operations/instance-life.js'
import { instanceOperations } from './operations/instances.js'
import { jobOperations } from './operations/jobs.js'
import { odsConfigurationOperations } from './operations/ods-configuration.js'
import { reconciliationOperations } from './operations/reconciliations.js'
import { rolloverOperations } from './operations/rollover.js'
import { seedOperations } from './operations/seeds.js'
import { serviceOperations } from './operations/service.js'
import { tenantOperations } from './operations/tenants.js'
import { tenantProvisionOperations } from './operations/tenant-provision.js'
import { tokenOperations } from './operations/tokens.js'
import { webhookOperations } from './operations/webhooks.js'

/** Every call of the HTTP contract, by its id. */
export const operations = {
  ...environmentOperations,
  ...tenantOperations,
  ...tenantProvisionOperations,
  ...odsConfigurationOperations,
  ...databaseServerOperations,
  ...instanceOperations,
  ...instanceLifeOperations,
  ...credentialOperations,
  ...cloneOperations,
  ...adoptOperations,
  ...derivativeOperations,
  ...archiveOperations,
  ...seedOperations,
  ...healthOperations,
  ...reconciliationOperations,
  ...jobOperations,
  ...batchOperations,
  ...batchControlOperations,
  ...rolloverOperations,
  ...eventOperations,
  ...webhookOperations,
  ...apiClientOperations,
  ...auditEventOperations,
  ...tokenOperations,
  ...serviceOperations,
}
export type OperationId = keyof typeof operations
