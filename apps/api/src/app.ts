import { operations } from '@edfi-tenants/contract'
import express, { type Express } from 'express'
import { apiClientRoutes } from './api-clients/routes.js'
import { archiveRoutes } from './archives/routes.js'
import { auditEventRoutes } from './audit-events/routes.js'
import { batchControlRoutes } from './batches/control-routes.js'
import { rolloverRoutes } from './batches/rollover-routes.js'
import { batchRoutes } from './batches/routes.js'
import { credentialRoutes } from './credentials/routes.js'
import { cloneRoutes } from './clones/routes.js'
import { dashboardRouter } from './dashboard/router.js'
import { databaseServerRoutes } from './database-servers/routes.js'
import { derivativeRoutes } from './derivatives/routes.js'
import { docsRouter } from './docs/router.js'
import { environmentRoutes } from './environments/routes.js'
import { eventRoutes } from './events/routes.js'
import { healthRoutes } from './health/routes.js'
import { accessLog } from './http/access-log.js'
import { problemMapper } from './http/problem-answer.js'
import { requestMetrics } from './http/request-metrics.js'
import { requestIds } from './http/request-id.js'
import { requestSpans } from './http/request-spans.js'
import { mount, type Route } from './http/route.js'
import { securityHeaders } from './http/security-headers.js'
import { unrouted } from './http/unrouted.js'
import { adoptRoutes } from './instances/adopt-routes.js'
import { instanceLifeRoutes } from './instances/life-routes.js'
import { instanceRoutes } from './instances/routes.js'
import { jobRoutes } from './jobs/routes.js'
import { odsConfigurationRoutes } from './ods-configuration/routes.js'
import type { Parts } from './parts.js'
import { reconciliationRoutes } from './reconciliations/routes.js'
import { seedRoutes } from './seeds/routes.js'
import { serviceRoutes } from './service/routes.js'
import { signInRoutes } from './sign-in/routes.js'
import { tenantProvisionRoutes } from './tenants/provision.js'
import { tenantRoutes } from './tenants/routes.js'
import { webhookRoutes } from './webhooks/routes.js'

/** Every operation that is answered with data. */
export const apiRoutes = (parts: Parts): Route[] => [
  ...environmentRoutes(parts),
  ...tenantRoutes(parts),
  ...tenantProvisionRoutes(parts),
  ...odsConfigurationRoutes(parts),
  ...databaseServerRoutes(parts),
  ...instanceRoutes(parts),
  ...instanceLifeRoutes(parts),
  ...cloneRoutes(parts),
  ...adoptRoutes(parts),
  ...derivativeRoutes(parts),
  ...archiveRoutes(parts),
  ...credentialRoutes(parts),
  ...seedRoutes(parts),
  ...healthRoutes(parts),
  ...reconciliationRoutes(parts),
  ...jobRoutes(parts),
  ...batchRoutes(parts),
  ...batchControlRoutes(parts),
  ...rolloverRoutes(parts),
  ...eventRoutes(parts),
  ...webhookRoutes(parts),
  ...apiClientRoutes(parts),
  ...auditEventRoutes(parts),
  ...signInRoutes(parts),
  ...serviceRoutes(parts),
]

/** Operations that are pages for browsers, each served by a router of its own. */
export const pageOperations = [operations.getDocs, operations.getErrorDocs, operations.getDashboard]

/** The HTTP application, made of its parts. */
export function createApp(parts: Parts): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('trust proxy', parts.trustProxy)
  // Queries are read by the contract, which knows what there may be.
  app.set('query parser', false)
  app.use(requestIds, accessLog(parts.log), requestMetrics(parts.metrics), requestSpans, securityHeaders())

  const routes = apiRoutes(parts)
  for (const route of routes) mount(app, parts, route)
  app.use('/docs', docsRouter())
  const dashboard = dashboardRouter(parts)
  if (dashboard) app.use('/dashboard', dashboard)

  const there = [...routes.map(({ operation }) => operation), ...pageOperations]
  app.use(unrouted(dashboard ? there : there.filter((operation) => operation !== operations.getDashboard)))
  app.use(problemMapper(parts.log))
  return app
}
