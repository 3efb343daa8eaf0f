import type { FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { anyJson, databaseEngine, jsonObject, resourceName, secret, tenantName, text, time } from './fields.js'
import { checkHooks, hookRequests, shownHooks } from './hooks.js'
import { isRecord } from './is-record.js'
import { pointerTo } from './json-pointer.js'
import { listQuery, pageOf } from './paging.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'

/** Which login ODS/API gets: one for all instances of the server, or one per instance. */
export const registeredLogins = ['shared', 'perInstance'] as const

/** Where a password may come from, one alternative each. */
const passwordSources = [
  'env:TM_SECRET_[A-Z0-9_]+',
  'file:(?!.*\\.\\.)[^\\u0000-\\u001f\\u007f]+',
  'aws-secret:[A-Za-z0-9/_+=.@!-]+(?:#[A-Za-z0-9_.-]+)?',
  'aws-rds-iam:[a-z]{2,4}(?:-[a-z]+){1,3}-[0-9]{1,2}',
  'azure-entra',
]

const credentials = closed(
  {
    username: text(128),
    password: Type.Optional(secret()),
    passwordFrom: Type.Optional(
      text(500, {
        pattern: `^(?:${passwordSources.join('|')})$`,
        'x-rule':
          'must be env:TM_SECRET_… (capital letters, digits, underscores), file:… without "..", aws-secret:name or ' +
          'aws-secret:name#key, aws-rds-iam:region, or azure-entra',
        description:
          'Where the worker reads the password: `env:TM_SECRET_…`; `file:…` below `SECRET_FILES_DIR`; ' +
          '`aws-secret:name[#key]` in AWS Secrets Manager; or short-lived tokens, `aws-rds-iam:region` and ' +
          '`azure-entra` (PostgreSQL with TLS; not for what ODS/API logs in with).',
      }),
    ),
  },
  {
    title: 'ServerCredentials',
    oneOf: [{ required: ['password'] }, { required: ['passwordFrom'] }],
    'x-rule': 'must have exactly one of password and passwordFrom',
  },
)
export type ServerCredentials = Static<typeof credentials>

const engine = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  'x-rule': 'must be the name of a provisioner: lower-case letters, digits and hyphens',
  description: 'Name of the provisioner, for example `postgresql` or `mssql`.',
})
const settings = jsonObject({
  maxProperties: 100,
  description: 'Host, port, TLS and what else the provisioner’s settings schema has.',
})
const registeredLogin = oneOfWords(registeredLogins, {
  description:
    'What ODS/API logs in with: `shared` (then `registeredCredentials` is required), or a login of its own `perInstance`.',
})
const templates = mapOf(resourceName(), anyJson(), {
  maxProperties: 50,
  description: 'Template name → what the provisioner starts from; on `postgresql` the name of a database.',
})
const tenants = Type.Array(tenantName(), {
  uniqueItems: true,
  maxItems: 1000,
  description: 'Tenants that may use this server; empty or absent: all.',
})
const maxConcurrency = Type.Integer({
  minimum: 1,
  maximum: 64,
  default: 4,
  description: 'Jobs at work on this server at once, over all workers.',
})
const maxInstances = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Absent: no limit.' })
const pool = resourceName({ description: 'Group of servers that stand in for one another.' })
/** No dots: a pool stands before one in the name of a queue, `default.postgresql`. */
const workerPool = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,50}$',
  'x-rule': 'must have 1 to 50 characters: letters, digits, underscores and hyphens',
  description: 'Workers that reach this server; default `default`.',
})

/** `POST /v1/database-servers`. */
export const databaseServerRequest = closed(
  {
    name: resourceName(),
    engine,
    settings,
    credentials,
    registeredLogin,
    registeredCredentials: Type.Optional(credentials),
    templates,
    tenants: Type.Optional(tenants),
    maxConcurrency: Type.Optional(maxConcurrency),
    maxInstances: Type.Optional(maxInstances),
    pool: Type.Optional(pool),
    workerPool: Type.Optional(workerPool),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'DatabaseServerRequest' },
)
export type DatabaseServerRequest = Static<typeof databaseServerRequest>

/**
 * `PATCH /v1/database-servers/{name}`. `settings` and `templates` are replaced as a whole. A change of host, port or
 * TLS needs `credentials` (and `registeredCredentials` where they are shared) in the same request.
 */
export const databaseServerChange = closed(
  {
    settings: Type.Optional(settings),
    credentials: Type.Optional(credentials),
    registeredLogin: Type.Optional(registeredLogin),
    registeredCredentials: Type.Optional(nullable(credentials)),
    templates: Type.Optional(templates),
    tenants: Type.Optional(nullable(tenants)),
    maxConcurrency: Type.Optional(maxConcurrency),
    maxInstances: Type.Optional(nullable(maxInstances)),
    pool: Type.Optional(nullable(pool)),
    workerPool: Type.Optional(nullable(workerPool)),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'DatabaseServerChange', minProperties: 1 },
)
export type DatabaseServerChange = Static<typeof databaseServerChange>

const shownCredentials = closed(
  { username: Type.String(), passwordFrom: Type.Optional(Type.String()) },
  { title: 'ShownCredentials', description: 'Without the password; it never comes back.' },
)

/** One finding of a server test. */
export const serverCheckSchema = closed(
  {
    name: Type.String(),
    ok: Type.Boolean(),
    detail: Type.String(),
    remedy: Type.Optional(Type.String({ description: 'What to do, with the SQL where there is any.' })),
  },
  { title: 'ServerCheck' },
)

/** A database server as answered, without any secret. */
export const databaseServerSchema = closed(
  {
    name: Type.String(),
    engine: Type.String(),
    databaseEngine: databaseEngine(),
    settings: jsonObject(),
    credentials: shownCredentials,
    registeredLogin: oneOfWords(registeredLogins),
    registeredCredentials: nullable(shownCredentials),
    templates: mapOf(Type.String(), anyJson()),
    tenants: Type.Array(Type.String()),
    maxConcurrency: Type.Integer(),
    maxInstances: nullable(Type.Integer()),
    pool: nullable(Type.String()),
    workerPool: Type.String(),
    hooks: shownHooks,
    report: nullable(closed({ serverVersion: Type.String(), checks: Type.Array(serverCheckSchema) }), {
      description: 'What the last server test found; null before the first.',
    }),
    reportedAt: nullable(time()),
    createdAt: time(),
    updatedAt: time(),
  },
  { title: 'DatabaseServer' },
)
export type DatabaseServer = Static<typeof databaseServerSchema>

/** `GET /v1/database-servers`. */
export const databaseServerPage = pageOf('DatabaseServerPage', databaseServerSchema)
export type DatabaseServerPage = Static<typeof databaseServerPage>

/** The query of `GET /v1/database-servers`. */
export const databaseServerListQuery = listQuery({ engine: Type.Optional(engine) })

/** A database as the last server test saw it. */
export const serverDatabaseSchema = closed(
  {
    name: Type.String(),
    instanceId: nullable(Type.String({ format: 'uuid' }), {
      description: 'The instance it was made for, if we made it.',
    }),
    isTemplate: Type.Boolean(),
    allowsConnections: Type.Boolean(),
    sizeBytes: nullable(Type.Integer()),
  },
  { title: 'ServerDatabase' },
)
export type ServerDatabase = Static<typeof serverDatabaseSchema>

/** `GET /v1/database-servers/{name}/databases`. */
export const serverDatabasePage = pageOf('ServerDatabasePage', serverDatabaseSchema, {
  asOf: nullable(time(), { description: 'When a worker looked; null before the first server test.' }),
})
export type ServerDatabasePage = Static<typeof serverDatabasePage>

/**
 * What a database server request must also fulfil, beyond its schema: `registeredCredentials` go with a shared login
 * and only with it, no tenant is named twice, and nobody gives the template `empty` another meaning. Reads anything, also what is no valid request.
 */
export function checkDatabaseServerRequest(request: unknown): FieldFault[] {
  if (!isRecord(request)) return []
  const faults: FieldFault[] = []
  const given = request['registeredCredentials'] !== undefined && request['registeredCredentials'] !== null
  if (request['registeredLogin'] === 'shared' && !given)
    faults.push({ pointer: '/registeredCredentials', detail: 'is required when registeredLogin is "shared"' })
  return [...faults, ...checkDatabaseServerChange(request)]
}

/** The same for a change, where a shared login may already have its credentials on record (unless they are cleared). */
export function checkDatabaseServerChange(change: unknown): FieldFault[] {
  if (!isRecord(change)) return []
  const faults: FieldFault[] = []
  const registered = change['registeredCredentials']
  if (change['registeredLogin'] === 'perInstance' && registered !== undefined && registered !== null)
    faults.push({ pointer: '/registeredCredentials', detail: 'must be absent when registeredLogin is "perInstance"' })
  if (change['registeredLogin'] !== 'perInstance' && registered === null)
    faults.push({ pointer: '/registeredCredentials', detail: 'can be cleared only with registeredLogin "perInstance"' })
  if (isRecord(registered) && /^(?:aws-rds-iam:|azure-entra$)/.test(String(registered['passwordFrom'])))
    faults.push({
      pointer: '/registeredCredentials/passwordFrom',
      detail: 'must be a lasting password: ODS/API keeps it, and a token ends within the hour',
    })
  if (isRecord(change['templates']) && Object.hasOwn(change['templates'], 'empty'))
    faults.push({ pointer: '/templates/empty', detail: 'is always there (a bare database) and must not be given' })
  return [...faults, ...checkTenants(change['tenants']), ...checkHooks(change)]
}

/** Names of tenants are one whatever their case; that no two are the same says the schema. */
function checkTenants(tenants: unknown): FieldFault[] {
  if (!Array.isArray(tenants)) return []
  const seen = new Map<string, string>()
  return (tenants as unknown[]).flatMap((name, at) => {
    if (typeof name !== 'string') return []
    const earlier = seen.get(name.toLowerCase())
    if (earlier === undefined) seen.set(name.toLowerCase(), name)
    return earlier === undefined || earlier === name
      ? []
      : [{ pointer: pointerTo('tenants', String(at)), detail: 'differs from another tenant of the list only in case' }]
  })
}
