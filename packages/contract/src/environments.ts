import type { FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { databaseEngine, resourceName, secret, text, time, webAddress } from './fields.js'
import { checkHooks, hookRequests, shownHooks } from './hooks.js'
import { isRecord } from './is-record.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

/** Which interface of Admin API to speak; `auto` asks it. */
export const adminApiModes = ['auto', 'v2', 'v3'] as const

const timeoutMs = Type.Integer({
  minimum: 1000,
  maximum: 300_000,
  default: 30_000,
  description: 'Milliseconds per call.',
})
const maxConcurrency = Type.Integer({ minimum: 1, maximum: 64, default: 8, description: 'Calls to Admin API at once.' })
const mode = oneOfWords(adminApiModes, { default: 'auto', description: 'Which interface of Admin API to speak.' })
const multiTenant = Type.Boolean({ default: false, description: 'Whether Admin API runs in multi-tenant mode.' })

/** How to reach an environment's Admin API. */
export const adminApiRequest = closed({
  url: webAddress({ description: 'Base address of Admin API, without `/v2` or `/v3`.' }),
  clientId: text(255),
  clientSecret: secret(),
  mode: Type.Optional(mode),
  multiTenant: Type.Optional(multiTenant),
  timeoutMs: Type.Optional(timeoutMs),
  maxConcurrency: Type.Optional(maxConcurrency),
})

const contextRouteTemplate = text(500, {
  description: 'ODS/API’s own setting, for example `{schoolYearFromRoute:range(1900,2100)}`.',
})
const dataStandard = text(50, { description: 'For example `5.2.0`.' })
const channel = text(255, { description: 'Redis channel that ODS/API subscribes to.' })

const odsApiRequest = closed({
  baseUrl: webAddress({ description: 'Base address of ODS/API.' }),
  contextRouteTemplate: Type.Optional(contextRouteTemplate),
  encryptionKey: Type.Optional(
    secret({
      pattern: '^[A-Za-z0-9+/]{43}=$',
      'x-rule': 'must be base64 of exactly 32 bytes',
      description: 'ODS/API’s key for connection strings: base64 of 32 bytes.',
    }),
  ),
  notifications: Type.Optional(
    closed({
      url: secret({
        pattern: '^rediss?://\\S+$',
        'x-rule': 'must be a redis:// or rediss:// URL',
        description: 'The Redis that ODS/API listens to.',
      }),
      channel,
    }),
  ),
  probe: Type.Optional(closed({ clientId: text(255), clientSecret: secret() })),
})

/** `POST /v1/environments`. */
export const environmentRequest = closed(
  {
    name: resourceName(),
    engine: databaseEngine({ description: 'The one database engine of this deployment.' }),
    adminApi: adminApiRequest,
    odsApi: Type.Optional(odsApiRequest),
    dataStandard: Type.Optional(dataStandard),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'EnvironmentRequest' },
)
export type EnvironmentRequest = Static<typeof environmentRequest>

/**
 * `PATCH /v1/environments/{name}`. Fields of `adminApi` are changed one by one, `odsApi` is replaced as a whole.
 * Another `adminApi.url` needs `clientId` and `clientSecret` beside it.
 */
export const environmentChange = closed(
  {
    adminApi: Type.Optional(
      closed(
        {
          url: Type.Optional(adminApiRequest.properties.url),
          clientId: Type.Optional(adminApiRequest.properties.clientId),
          clientSecret: Type.Optional(adminApiRequest.properties.clientSecret),
          mode: Type.Optional(mode),
          multiTenant: Type.Optional(multiTenant),
          timeoutMs: Type.Optional(timeoutMs),
          maxConcurrency: Type.Optional(maxConcurrency),
        },
        { minProperties: 1 },
      ),
    ),
    odsApi: Type.Optional(nullable(odsApiRequest)),
    dataStandard: Type.Optional(nullable(dataStandard)),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'EnvironmentChange', minProperties: 1 },
)
export type EnvironmentChange = Static<typeof environmentChange>

/** An environment as answered, without any secret. */
export const environmentSchema = closed(
  {
    name: Type.String(),
    engine: databaseEngine(),
    adminApi: closed({
      url: Type.String(),
      clientId: Type.String(),
      mode: oneOfWords(adminApiModes),
      multiTenant: Type.Boolean(),
      timeoutMs: Type.Integer(),
      maxConcurrency: Type.Integer(),
    }),
    odsApi: nullable(
      closed({
        baseUrl: Type.String(),
        contextRouteTemplate: nullable(Type.String()),
        hasEncryptionKey: Type.Boolean(),
        notifications: nullable(closed({ channel: Type.String() }), { description: 'The URL is kept secret.' }),
        probe: nullable(closed({ clientId: Type.String() })),
      }),
    ),
    dataStandard: nullable(Type.String()),
    hooks: shownHooks,
    createdAt: time(),
    updatedAt: time(),
  },
  { title: 'Environment' },
)
export type Environment = Static<typeof environmentSchema>

/** `GET /v1/environments`. */
export const environmentPage = pageOf('EnvironmentPage', environmentSchema)
export type EnvironmentPage = Static<typeof environmentPage>

/** The query of `GET /v1/environments`. */
export const environmentListQuery = listQuery({})

/**
 * What an environment request or change must also fulfil, beyond its schema: the address of Admin API is the base, to
 * which we add the version that it speaks. Reads anything.
 */
export function checkEnvironment(request: unknown): FieldFault[] {
  const adminApi: unknown = isRecord(request) ? request['adminApi'] : undefined
  const url: unknown = isRecord(adminApi) ? adminApi['url'] : undefined
  if (typeof url !== 'string' || !/\/v[23]\/*$/i.test(url)) return checkHooks(request)
  return [
    ...checkHooks(request),
    { pointer: '/adminApi/url', detail: 'must be the base address, without the version (/v2, /v3) at its end' },
  ]
}
