import { operations } from '@edfi-tenants/contract'
import { requestTenantProvision } from '@edfi-tenants/jobs'
import { readTenant } from '@edfi-tenants/store'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import { acceptJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'

/** `/v1/tenants/{name}/provision`. */
export const tenantProvisionRoutes = (parts: Parts): Route[] => [
  route(operations.provisionTenant, async (call) => {
    const tenant = found(await readTenant(parts.store, call.params.name, call.actor.tenants))
    return acceptJob(parts, call, (database) => requestTenantProvision(database, tenant, call.body, call.origin))
  }),
]
