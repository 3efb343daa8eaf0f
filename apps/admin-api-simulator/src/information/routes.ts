import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { fullAccessScope } from '../connect/tokens.js'

const builds = { '2.3': '2.3.2.0', '2.4': '2.4.0.0' } as const

/** The anonymous endpoints that describe the process. */
export const informationRoutes: Route[] = [
  { method: 'GET', path: '/', handler: information, anonymous: true },
  { method: 'GET', path: '/health', handler: health, anonymous: true },
  { method: 'GET', path: '/.well-known/openid-configuration', handler: discovery, anonymous: true },
]

function information({ settings, stores }: Call): Reply {
  const { version, mode, multiTenant } = settings
  const old = { version, build: builds[version] }
  if (version === '2.3') return ok(old)
  const tenants = multiTenant ? stores.all().map(({ name }) => name) : []
  const tenancy = mode === 'v1' ? {} : { tenancy: { multitenantMode: multiTenant, tenants } }
  return ok({ ...old, specificationVersion: mode, ...tenancy })
}

function health(): Reply {
  return ok({ status: 'Healthy', results: [{ name: 'Databases', status: 'Healthy' }] })
}

function discovery({ request, settings }: Call): Reply {
  const base = settings.pathBase === '' ? '' : `/${settings.pathBase}`
  const issuer = `${request.protocol}://${request.get('host') ?? ''}${base}/`
  return ok({
    issuer,
    token_endpoint: `${issuer}connect/token`,
    grant_types_supported: ['client_credentials'],
    scopes_supported: ['openid', fullAccessScope],
    claims_supported: ['aud', 'exp', 'iat', 'iss', 'sub'],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  })
}
