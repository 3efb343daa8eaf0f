import { checkToken } from '../connect/tokens.js'
import type { Settings } from '../options.js'
import type { TenantStores } from '../store/tenant-stores.js'
import { ApiFailure, wrongMode } from './errors.js'
import type { Stage } from './exchange.js'
import { isWrongMode } from './mode.js'
import { resolveTenant } from './tenant-resolution.js'

/** Takes PathBase off the path. Paths without it are served as well, as ASP.NET does. */
export function pathBaseStage({ pathBase }: Settings): Stage {
  const prefix = `/${pathBase}`.toLowerCase()
  return (request, _response, next) => {
    const { url } = request
    const rest = url.slice(prefix.length)
    if (pathBase !== '' && url.toLowerCase().startsWith(prefix) && /^([/?]|$)/.test(rest)) {
      request.url = rest.startsWith('/') ? rest : `/${rest}`
    }
    next()
  }
}

/** Refuses paths of API versions that this process does not serve. */
export function modeStage(settings: Settings): Stage {
  return (request, _response, next) => next(isWrongMode(request.path, settings) ? wrongMode() : undefined)
}

/** Finds the tenant's data, before anything is known about the route or the token. */
export function tenantStage(settings: Settings, stores: TenantStores): Stage {
  return (request, response, next) => {
    response.locals.tenant = resolveTenant(request, settings, stores)
    next()
  }
}

/** Lets through who brings a valid token with the scope; 401 and 403 have empty bodies. */
export function tokenStage(settings: Settings): Stage {
  return async (request, response, next) => {
    const token = /^Bearer\s+(\S+)$/i.exec(request.get('authorization') ?? '')?.[1]
    const verdict = token === undefined ? 'missing' : await checkToken(settings, token)
    if (verdict === 'forbidden') throw new ApiFailure(403)
    if (verdict !== 'valid') {
      response.setHeader('WWW-Authenticate', verdict === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"')
      throw new ApiFailure(401)
    }
    next()
  }
}
