import express, { type Express } from 'express'
import { apiClientRoutes } from './api-clients/routes.js'
import { applicationRoutes } from './applications/routes.js'
import { claimSetRoutes } from './claim-sets/routes.js'
import { registerRoute } from './connect/register.js'
import { tokenRoute } from './connect/token.js'
import { controlRouter, type ControlParts } from './control/router.js'
import { observation } from './control/observation.js'
import { answerWith, sendFailure } from './http/answering.js'
import { ApiFailure } from './http/errors.js'
import type { Route } from './http/route.js'
import { modeStage, pathBaseStage, tenantStage, tokenStage } from './http/stages.js'
import { informationRoutes } from './information/routes.js'
import { odsInstanceContextRoutes } from './ods-instance-contexts/routes.js'
import { odsInstanceDerivativeRoutes } from './ods-instance-derivatives/routes.js'
import { odsInstanceRoutes } from './ods-instances/routes.js'
import { profileRoutes } from './profiles/routes.js'
import { securityCatalogueRoutes } from './security-catalogue/routes.js'
import { tenantRoutes } from './tenants/routes.js'
import { vendorRoutes } from './vendors/routes.js'

/** Builds the HTTP application: the control endpoint first, the imitated API behind it. */
export function createApp(parts: ControlParts): Express {
  const routes: Route[] = [
    ...informationRoutes,
    registerRoute(),
    tokenRoute,
    ...tenantRoutes,
    ...odsInstanceRoutes,
    ...odsInstanceContextRoutes,
    ...odsInstanceDerivativeRoutes,
    ...vendorRoutes,
    ...applicationRoutes,
    ...apiClientRoutes,
    ...profileRoutes,
    ...claimSetRoutes,
    ...securityCatalogueRoutes,
  ]
  const { settings, stores, faults, requestLog } = parts
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  if (settings.control) app.use('/__simulator', controlRouter(parts))
  app.use(pathBaseStage(settings), observation(faults, requestLog))
  // Bodies stay text here: the original reads them only after it has checked the token.
  app.use(express.text({ type: () => true, limit: '30mb', defaultCharset: 'utf-8' }))
  app.use(modeStage(settings), tenantStage(settings, stores))
  for (const route of routes) {
    const stages = route.anonymous === true ? [] : [tokenStage(settings)]
    app[methods[route.method]](expressPath(route.path), ...stages, answerWith(route, parts))
  }
  for (const path of new Set(routes.map((route) => expressPath(route.path)))) {
    app.all(path, () => {
      throw new ApiFailure(405)
    })
  }
  app.use(() => {
    throw new ApiFailure(404)
  })
  app.use(sendFailure)
  return app
}

const methods = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const

/** `{id}` in express's notation. Express ignores case and a trailing slash by itself, as ASP.NET does. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
