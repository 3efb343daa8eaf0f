import { createHash } from 'node:crypto'
import {
  defaultDatabaseName,
  Failure,
  isReservedDatabaseName,
  isWithinBound,
  type JsonObject,
  type TenantBound,
} from '@edfi-tenants/core'
import { readPlacement, type Database, type Placement, type PlacementServer } from '@edfi-tenants/store'
import { emptyTemplate } from '../steps/create-database.js'

/** What a client asks for; names and shapes as in the HTTP contract, already valid by themselves. */
export interface CreateInstanceBody {
  tenant: string
  name: string
  displayName?: string | undefined
  instanceType?: string | undefined
  server?: string | undefined
  template?: string | undefined
  contexts?: Record<string, string> | undefined
  labels?: Record<string, string> | undefined
  databaseName?: string | undefined
  deletionProtection?: boolean | undefined
  onFailure?: 'undo' | 'keep' | undefined
}

/** What a new instance will be: every name decided, nothing written yet. */
export interface InstancePlan {
  placement: Placement
  server: PlacementServer
  template: string
  instanceType: string
  databaseName: string
  /** The request as first asked, normalised, and its hash: two requests are the same when these are. */
  parameters: JsonObject
  parametersHash: string
}

/**
 * Decides where a new instance goes and what it is called. Fails with `unknown_tenant` (also for tenants outside the
 * bound), `unknown_server`, `no_server`, `engine_mismatch`, `unknown_template`, `instance_limit_reached`, or
 * `validation_failed` for a database name that is reserved.
 */
export async function planCreateInstance(
  database: Database,
  body: CreateInstanceBody,
  options: { bound: TenantBound; reservedDatabaseNames: readonly string[] },
): Promise<InstancePlan> {
  const placement = isWithinBound(options.bound, body.tenant) ? await readPlacement(database, body.tenant) : null
  if (!placement) throw new Failure('unknown_tenant', `There is no tenant "${body.tenant}".`)
  const server = chooseServer(placement, body.server)
  const template = body.template ?? placement.defaultTemplate ?? 'minimal'
  if (template !== emptyTemplate && !Object.hasOwn(server.templates, template))
    throw new Failure('unknown_template', `Database server "${server.name}" has no template "${template}".`, {
      extensions: { templates: [emptyTemplate, ...Object.keys(server.templates)] },
    })
  const databaseName =
    body.databaseName ?? defaultDatabaseName(placement.tenant, body.name, placement.databaseNamePattern ?? undefined)
  const templates = Object.values(server.templates).filter((name) => typeof name === 'string')
  if (isReservedDatabaseName(databaseName, [...options.reservedDatabaseNames, ...templates]))
    throw new Failure('validation_failed', 'The request is not valid.', {
      errors: [
        {
          pointer: body.databaseName === undefined ? '/name' : '/databaseName',
          detail: `"${databaseName}" is reserved and cannot be the database of an instance.`,
        },
      ],
    })
  const parameters = normalise({ ...body, tenant: placement.tenant })
  return {
    placement,
    server,
    template,
    instanceType: body.instanceType ?? placement.defaultInstanceType ?? 'ods',
    databaseName,
    parameters,
    parametersHash: createHash('sha256').update(JSON.stringify(parameters)).digest('hex'),
  }
}

/** Whether tenant and server have room for one more. Apart from the plan, since asking again for what exists needs none. */
export function assertRoom({ placement, server }: InstancePlan): void {
  if (placement.maxInstances !== null && placement.instances >= placement.maxInstances)
    throw new Failure(
      'instance_limit_reached',
      `Tenant "${placement.tenant}" may have ${placement.maxInstances} instances, and has them.`,
    )
  if (server.maxInstances !== null && server.instances >= server.maxInstances)
    throw new Failure(
      'instance_limit_reached',
      `Database server "${server.name}" may hold ${server.maxInstances} instances, and holds them.`,
    )
}

/** The one asked for, else the tenant's default, else the only one there is for its engine. */
function chooseServer(placement: Placement, asked: string | undefined): PlacementServer {
  const name = asked ?? placement.defaultServer
  const fitting = placement.servers.filter((server) => server.databaseEngine === placement.databaseEngine)
  if (name == null) {
    const [only, ...others] = fitting
    if (!only || others.length > 0)
      throw new Failure(
        'no_server',
        `Tenant "${placement.tenant}" has no default database server, and ${fitting.length} would do.`,
      )
    return only
  }
  const server = placement.servers.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (!server)
    throw new Failure('unknown_server', `There is no database server "${name}" for tenant "${placement.tenant}".`)
  if (server.databaseEngine !== placement.databaseEngine)
    throw new Failure(
      'engine_mismatch',
      `"${server.name}" is ${server.databaseEngine}, environment "${placement.environment}" is ${placement.databaseEngine}.`,
    )
  return server
}

/** The same request in one form: keys in order, what is absent left out, nothing filled in. */
function normalise(value: object): JsonObject {
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, typeof entry === 'object' && entry !== null ? normalise(entry) : entry]),
  ) as JsonObject
}

/** The names of the fields in which two requests differ. */
export function differingFields(first: JsonObject, second: JsonObject): string[] {
  const keys = new Set([...Object.keys(first), ...Object.keys(second)])
  return [...keys].filter((key) => JSON.stringify(first[key]) !== JSON.stringify(second[key])).sort()
}
