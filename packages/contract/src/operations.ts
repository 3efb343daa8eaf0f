import { apiClientOperations } from './operations/api-clients.js'
import { auditEventOperations } from './operations/audit-events.js'
import { databaseServerOperations } from './operations/database-servers.js'
import { environmentOperations } from './operations/environments.js'
import { instanceOperations } from './operations/instances.js'
import { jobOperations } from './operations/jobs.js'
import { serviceOperations } from './operations/service.js'
import { tenantOperations } from './operations/tenants.js'
import { tokenOperations } from './operations/tokens.js'

/** Every call of the HTTP contract, by its id. */
export const operations = {
  ...environmentOperations,
  ...tenantOperations,
  ...databaseServerOperations,
  ...instanceOperations,
  ...jobOperations,
  ...apiClientOperations,
  ...auditEventOperations,
  ...tokenOperations,
  ...serviceOperations,
}
export type OperationId = keyof typeof operations
