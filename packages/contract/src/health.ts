import { healthStatuses } from '@edfi-tenants/core'
import { Type, type Static, type TProperties, type TOptional, type TSchema } from '@sinclair/typebox'
import { jsonObject, labelKey, labelValue, resourceName, tenantName, time, uuid } from './fields.js'
import { listQuery, pageOf } from './paging.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'

/** The name of a SQL check: a file on the workers. */
const checkName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$',
  'x-rule': 'must have 1 to 63 characters: letters, digits, underscores and hyphens, the first a letter or digit',
})

const policy = {
  maxLatencyMs: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 600_000,
      description: 'Degraded when the first answer of the database takes longer; default 2,000.',
    }),
  ),
  staleAfterHours: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100_000, description: 'Degraded when nothing has changed for so long.' }),
  ),
  maxSizeBytes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Degraded when the database is larger.',
    }),
  ),
  minDescriptors: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Degraded when there are fewer descriptors.' }),
  ),
  checks: Type.Optional(
    Type.Array(checkName, {
      maxItems: 20,
      uniqueItems: true,
      description:
        'SQL checks, by the names of their files on the workers. One that returns rows has failed: degraded.',
    }),
  ),
  intervalMinutes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_080, description: 'Between two checks; default as the workers are set.' }),
  ),
}

/** How often a tenant's instances are checked, and what counts as degraded; as it is asked for, and as answered. */
export const healthPolicySchema = closed(policy, { title: 'HealthPolicy' })
export const shownHealthPolicy = closed(policy, { title: 'TenantHealthPolicy' })
export type HealthPolicy = Static<typeof healthPolicySchema>

/** Share of checks that reached the database, per window. */
export const uptimeSchema = closed(
  {
    '24h': nullable(Type.Number()),
    '7d': nullable(Type.Number()),
    '30d': nullable(Type.Number()),
  },
  {
    title: 'Uptime',
    description:
      'Checks that reached the database ÷ all checks, without those while it was stopped or a job was changing it; from 0 to 1, null below 10 checks.',
  },
)

/** What was found, beyond status and time. What could not be had is null, never 0. */
const findings = {
  since: nullable(time(), { description: 'Since when it has this status.' }),
  reason: nullable(Type.String(), { description: 'Why it is not healthy.' }),
  latencyMs: nullable(Type.Integer(), { description: 'Until the first answer of the database, signing in included.' }),
  databaseState: oneOfWords(['online', 'stopped', 'unavailable', 'missing', 'unknown']),
  sizeBytes: nullable(Type.Integer(), { description: 'Of the whole database; asked for every few hours.' }),
  connections: nullable(Type.Integer(), { description: 'Sessions on the database.' }),
  odsVersion: nullable(Type.String()),
  dataStandard: nullable(Type.String()),
  counts: mapOf(Type.String(), nullable(Type.Integer()), {
    description: 'Rows by resource; null for what this ODS lacks, or could not be counted.',
  }),
  countsMode: nullable(oneOfWords(['exact', 'estimated']), {
    description: '`estimated`: counting took too long, these are the planner’s estimates.',
  }),
  freshness: closed({ newestChangeAt: nullable(time()) }),
  registration: closed({
    status: oneOfWords(['matching', 'missing', 'mismatched', 'unknown']),
    differences: Type.Array(Type.String(), { description: 'What Admin API has otherwise than it stands here.' }),
    reason: nullable(Type.String(), { description: 'Why it is unknown.' }),
  }),
  odsApi: closed({
    status: oneOfWords(['healthy', 'unhealthy', 'not_checked']),
    reason: nullable(Type.String()),
    latencyMs: nullable(Type.Integer()),
  }),
  checks: Type.Array(closed({ name: Type.String(), ok: Type.Boolean(), detail: Type.String() }), {
    description: 'The SQL checks of the tenant’s health policy.',
  }),
  uptime: uptimeSchema,
}

const summary = {
  status: oneOfWords(healthStatuses, { description: '`unknown` until a check has run.' }),
  checkedAt: nullable(time()),
}

/** `GET /v1/instances/{id}/health`. */
export const instanceHealthSchema = closed({ ...summary, ...findings }, { title: 'InstanceHealth' })
export type InstanceHealth = Static<typeof instanceHealthSchema>

type AllOptional<T extends TProperties> = { [K in keyof T]: TOptional<T[K]> }
const optional = <T extends Record<string, TSchema>>(properties: T): AllOptional<T> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  ) as unknown as AllOptional<T>

/** Health as part of an instance: in short, and whole with `?include=health`. */
export const healthOfInstance = closed({ ...summary, ...optional(findings) })

/** One check in an instance's history. */
export const healthCheckSchema = closed(
  {
    checkedAt: time(),
    status: oneOfWords(healthStatuses),
    reason: nullable(Type.String()),
    reachable: nullable(Type.Boolean(), {
      description: 'Null while the instance was stopped or a job was changing it; no uptime counts that.',
    }),
    latencyMs: nullable(Type.Integer()),
    details: jsonObject({ description: 'What was found in short; counts only where they had changed.' }),
  },
  { title: 'HealthCheck' },
)
export type HealthCheck = Static<typeof healthCheckSchema>

/** `GET /v1/instances/{id}/health-checks`. */
export const healthCheckPage = pageOf('HealthCheckPage', healthCheckSchema)

/** The query of it; newest first. */
export const healthCheckListQuery = listQuery({})

/** The query of `GET /v1/health`. */
export const fleetHealthQuery = closed({
  tenant: Type.Optional(tenantName()),
  label: Type.Optional(mapOf(labelKey, labelValue, { description: 'Labels an instance must have.' })),
})

const tally = (of: string) => mapOf(Type.String(), Type.Integer(), { description: `Number of instances by ${of}.` })

/** `GET /v1/health`. */
export const fleetHealthSchema = closed(
  {
    asOf: time(),
    instances: Type.Integer({ description: 'All but the deleted ones.' }),
    byHealth: tally('health'),
    byStatus: tally('status'),
    byServer: tally('database server'),
    byOdsVersion: tally('version of the ODS'),
    counts: mapOf(Type.String(), nullable(Type.Integer()), {
      description: 'Sums over the instances that have the count; null where none has.',
    }),
    countsMissing: mapOf(Type.String(), Type.Integer(), {
      description: 'How many instances a sum is without; only where there are any.',
    }),
    uptime: uptimeSchema,
    attention: Type.Array(
      closed({
        id: uuid(),
        name: Type.String(),
        tenant: Type.String(),
        status: oneOfWords(healthStatuses),
        reason: nullable(Type.String()),
        since: nullable(time()),
      }),
      { description: 'Unreachable and degraded instances, the longest first; at most 50.' },
    ),
  },
  { title: 'FleetHealth' },
)
export type FleetHealth = Static<typeof fleetHealthSchema>

/** `POST /v1/health-checks`. Without either: everything that the client may see. */
export const healthChecksRequest = closed(
  {
    tenant: Type.Optional(tenantName({ description: 'Only instances of this tenant.' })),
    server: Type.Optional(resourceName({ description: 'Only instances on this database server.' })),
  },
  { title: 'HealthChecksRequest' },
)
export type HealthChecksRequest = Static<typeof healthChecksRequest>
