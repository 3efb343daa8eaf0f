import {
  defaultDatabaseName,
  healthStatuses,
  instanceOrigins,
  instanceStatuses,
  isReservedDatabaseName,
  type FieldFault,
} from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { applicationsRequest } from './applications.js'
import { derivativeSchema } from './derivatives.js'
import * as field from './fields.js'
import { healthOfInstance } from './health.js'
import { isRecord } from './is-record.js'
import { jobSchema } from './jobs.js'
import { pointerTo } from './json-pointer.js'
import { listQuery, pageOf } from './paging.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'
import { seedList } from './seeds.js'

const displayName = field.text(255)
const deletionProtection = Type.Boolean({ default: false, description: 'While true, the instance cannot be deleted.' })

/** `POST /v1/instances`. */
export const instanceRequest = closed(
  {
    tenant: field.tenantName(),
    name: field.instanceName({
      description: 'Registered name, unique (ignoring case) within environment and Admin API tenant.',
    }),
    displayName: Type.Optional(displayName),
    instanceType: Type.Optional(field.instanceType({ description: 'Default: the tenant’s, otherwise `ods`.' })),
    server: Type.Optional(field.resourceName({ description: 'Default: the tenant’s, otherwise the only one.' })),
    template: Type.Optional(field.resourceName({ description: 'Default: the tenant’s, otherwise `minimal`.' })),
    contexts: Type.Optional(field.contexts()),
    labels: Type.Optional(field.labels()),
    databaseName: Type.Optional(
      field.databaseName({ description: 'Default: `EdFi_Ods_{tenant}_{name}`. Unique on its database server.' }),
    ),
    seed: Type.Optional(seedList),
    applications: Type.Optional(applicationsRequest),
    deletionProtection: Type.Optional(deletionProtection),
    expiresAt: Type.Optional(field.time({ description: 'When the instance is deleted by itself, as by DELETE.' })),
    onFailure: Type.Optional(
      oneOfWords(['undo', 'keep'], {
        default: 'undo',
        description: 'Whether a failed creation is undone, or kept to be looked at and retried.',
      }),
    ),
  },
  { title: 'InstanceRequest' },
)
export type InstanceRequest = Static<typeof instanceRequest>

/** The query of `POST /v1/instances`. */
export const instanceRequestQuery = closed({
  validateOnly: Type.Boolean({ default: false, description: 'Answer with the plan and change nothing.' }),
})

/**
 * `PATCH /v1/instances/{id}`. `labels` and `contexts` are replaced as a whole. `contexts` and `instanceType` are
 * registered with Admin API and therefore lead to a job.
 */
export const instanceChange = closed(
  {
    displayName: Type.Optional(nullable(displayName)),
    labels: Type.Optional(field.labels()),
    deletionProtection: Type.Optional(Type.Boolean()),
    expiresAt: Type.Optional(nullable(field.time())),
    contexts: Type.Optional(field.contexts()),
    instanceType: Type.Optional(field.instanceType()),
  },
  { title: 'InstanceChange', minProperties: 1 },
)
export type InstanceChange = Static<typeof instanceChange>

/** An instance as answered. */
export const instanceSchema = closed(
  {
    id: field.uuid(),
    number: Type.Integer({ description: 'A short number of ours, never reused.' }),
    tenant: Type.String(),
    name: Type.String(),
    displayName: nullable(Type.String()),
    status: oneOfWords(instanceStatuses),
    statusReason: nullable(Type.String()),
    instanceType: Type.String(),
    contexts: mapOf(Type.String(), Type.String()),
    labels: mapOf(Type.String(), Type.String()),
    environment: Type.String(),
    server: Type.String(),
    template: nullable(closed({ name: Type.String(), version: nullable(Type.String()) })),
    databaseName: Type.String(),
    odsInstanceId: nullable(Type.Integer(), { description: 'Id in Admin API, once registered.' }),
    odsVersion: nullable(Type.String()),
    dataStandard: nullable(Type.String()),
    origin: oneOfWords(instanceOrigins),
    sourceInstanceId: nullable(field.uuid()),
    derivatives: Type.Array(derivativeSchema, { description: 'Snapshot and read replica.' }),
    endpoints: mapOf(Type.String(), Type.String(), { description: 'Addresses of ODS/API for this instance.' }),
    deletionProtection: Type.Boolean(),
    health: healthOfInstance,
    activeJobId: nullable(field.uuid(), { description: 'The job that is changing the instance now.' }),
    createdAt: field.time(),
    updatedAt: field.time(),
    deletedAt: nullable(field.time()),
    purgeAt: nullable(field.time(), { description: 'Until then a deleted instance can be restored.' }),
    expiresAt: nullable(field.time()),
  },
  { title: 'Instance' },
)
export type Instance = Static<typeof instanceSchema>

/** The body of a 202 for a job that changes one instance; both objects are whole. */
export const instanceAccepted = closed({ job: jobSchema, instance: instanceSchema }, { title: 'InstanceAccepted' })
export type InstanceAccepted = Static<typeof instanceAccepted>

/** The answer to `?validateOnly=true`: what the job would do. */
export const instancePlan = closed(
  {
    valid: Type.Literal(true),
    steps: Type.Array(Type.String(), { description: 'Names of the steps that the job would run, in order.' }),
    names: closed({
      name: Type.String(),
      databaseName: Type.String(),
      server: Type.String(),
      template: Type.String(),
      environment: Type.String(),
      tenant: Type.String(),
      instanceType: Type.String(),
    }),
    conflicts: Type.Array(
      closed(
        { code: Type.String(), detail: Type.String(), field: Type.Optional(Type.String()) },
        { title: 'PlanConflict' },
      ),
      { description: 'What stands in the way now, for example a name that is taken.' },
    ),
    interruption: nullable(Type.String(), { description: 'Who is interrupted, and when; null: nobody.' }),
    estimatedDurationMs: nullable(Type.Integer(), { description: 'From jobs of this kind so far; null without any.' }),
  },
  { title: 'InstancePlan' },
)
export type InstancePlan = Static<typeof instancePlan>

/** `GET /v1/instances`. */
export const instancePage = pageOf('InstancePage', instanceSchema)
export type InstancePage = Static<typeof instancePage>

const context = field.text(50)

/** The query of `GET /v1/instances`; all filters given must fit. */
export const instanceListQuery = listQuery({
  tenant: Type.Optional(field.tenantName()),
  status: Type.Optional(oneOfWords(instanceStatuses)),
  server: Type.Optional(field.resourceName()),
  health: Type.Optional(oneOfWords(healthStatuses)),
  name: Type.Optional(field.text(100, { description: 'The whole name, ignoring case.' })),
  databaseName: Type.Optional(field.text(128, { description: 'The whole name, ignoring case.' })),
  odsInstanceId: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  origin: Type.Optional(oneOfWords(instanceOrigins)),
  include: Type.Optional(oneOfWords(['health'], { description: 'Further parts of each instance.' })),
  context: Type.Optional(mapOf(context, context, { description: 'Contexts an instance must have.' })),
  label: Type.Optional(mapOf(field.labelKey, field.labelValue, { description: 'Labels an instance must have.' })),
})

/** What {@link checkInstanceRequest} knows besides the request, where the caller has looked it up. */
export interface InstanceRequestSurroundings {
  /** Further reserved database names: configured templates, the control database. */
  reservedDatabaseNames?: Iterable<string>
  /** The tenant's own pattern for database names. */
  databaseNamePattern?: string
}

/**
 * What an instance request must also fulfil, beyond its schema: no reserved database name, given or by default, and no
 * two context keys that Admin API takes for one. Reads anything, also what is no valid request.
 */
export function checkInstanceRequest(request: unknown, surroundings: InstanceRequestSurroundings = {}): FieldFault[] {
  if (!isRecord(request)) return []
  return [...checkDatabaseName(request, surroundings), ...checkContextKeys(request['contexts'])]
}

/** The same for a change of an instance. */
export const checkInstanceChange = (change: unknown): FieldFault[] =>
  isRecord(change) ? checkContextKeys(change['contexts']) : []

function checkDatabaseName(request: Record<string, unknown>, surroundings: InstanceRequestSurroundings): FieldFault[] {
  const { tenant, name, databaseName } = request
  const isReserved = (candidate: string) => isReservedDatabaseName(candidate, surroundings.reservedDatabaseNames)
  if (typeof databaseName === 'string')
    return isReserved(databaseName) ? [{ pointer: '/databaseName', detail: 'is a reserved database name' }] : []
  if (databaseName !== undefined || typeof tenant !== 'string' || typeof name !== 'string') return []
  const byDefault = defaultDatabaseName(tenant, name, surroundings.databaseNamePattern)
  if (!isReserved(byDefault)) return []
  return [
    { pointer: '/databaseName', detail: `is required here: the default, ${byDefault}, is a reserved database name` },
  ]
}

function checkContextKeys(contexts: unknown): FieldFault[] {
  if (!isRecord(contexts)) return []
  const seen = new Set<string>()
  return Object.keys(contexts).flatMap((key) => {
    const lower = key.toLowerCase()
    if (seen.has(lower))
      return [{ pointer: pointerTo('contexts', key), detail: 'differs from another context key only in case' }]
    seen.add(lower)
    return []
  })
}
