import { operations } from '@edfi-tenants/contract'
import express, { type Express } from 'express'
import { apiClientRoutes } from './api-clients/routes.js'
import { auditEventRoutes } from './audit-events/routes.js'
import { dashboardRouter } from './dashboard/router.js'
import { databaseServerRoutes } from './database-servers/routes.js'
import { docsRouter } from './docs/router.js'
import { environmentRoutes } from './environments/routes.js'
import { accessLog } from './http/access-log.js'
import { problemMapper } from './http/problem-answer.js'
import { requestIds } from './http/request-id.js'
import { mount, type Route } from './http/route.js'
import { securityHeaders } from './http/security-headers.js'
import { unrouted } from './http/unrouted.js'
import { instanceRoutes } from './instances/routes.js'
import { jobRoutes } from './jobs/routes.js'
import type { Parts } from './parts.js'
import { serviceRoutes } from './service/routes.js'
import { signInRoutes } from './sign-in/routes.js'
import { tenantRoutes } from './tenants/routes.js'

/** Every operation that is answered with data. */
export const apiRoutes = (parts: Parts): Route[] => [
  ...environmentRoutes(parts),
  ...tenantRoutes(parts),
  ...databaseServerRoutes(parts),
  ...instanceRoutes(parts),
  ...jobRoutes(parts),
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
  app.use(requestIds, accessLog(parts.log), securityHeaders())

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
