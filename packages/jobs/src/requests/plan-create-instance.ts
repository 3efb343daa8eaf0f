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
import type { AskedApplication } from '../applications/asked-application.js'
import { planSeeds } from '../seeds/plan-seeds.js'
import type { AskedSeed } from '../seeds/seed.js'
import type { JobDefinition } from '../engine/define-job.js'
import { emptyTemplate } from '../steps/create-database.js'
import { assertFuture } from './assert-future.js'
import { assertContexts } from './assert-contexts.js'

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
  /** Bundles to fill it with, in order; their parameters are never secret. */
  seed?: readonly AskedSeed[] | undefined
  /** Applications of Admin API that get access. */
  applications?: readonly AskedApplication[] | undefined
  /** When it is to be deleted by itself, ISO 8601. */
  expiresAt?: string | undefined
  onFailure?: 'undo' | 'keep' | undefined
}

/** What a new instance is a copy of, where it is not made from a template. */
export interface CopySource {
  /** The job that makes the copy. */
  definition: JobDefinition
  origin: 'cloned' | 'restored' | 'adopted'
  /** Null where it was no instance. */
  sourceInstanceId: string | null
  /** What the source once was made from. */
  templateName: string
  /** Name of the provisioner that made what is copied: only its servers can take it. */
  engine: string
  /** Where the copy goes unless something else is asked for. */
  serverId: string
  /** Whether it can go nowhere else; says why. */
  boundToServer: string | null
  /** For the job; they also tell this request from others for the same name. Never a secret. */
  parameters: JsonObject
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
 * bound), `unknown_server`, `no_server`, `engine_mismatch`, `unknown_template`, `contexts_required`, `unknown_seed_bundle`, `not_supported`,
 * `instance_limit_reached`, or
 * `validation_failed` for a database name that is reserved.
 */
export async function planCreateInstance(
  database: Database,
  body: CreateInstanceBody,
  options: { bound: TenantBound; reservedDatabaseNames: readonly string[]; from?: CopySource | undefined },
): Promise<InstancePlan> {
  const placement = isWithinBound(options.bound, body.tenant) ? await readPlacement(database, body.tenant) : null
  if (!placement) throw new Failure('unknown_tenant', `There is no tenant "${body.tenant}".`)
  assertContexts(placement.odsRoute.contextRouteTemplate, body.contexts ?? {})
  const { from } = options
  assertFuture(body.expiresAt)
  const server = chooseServer(placement, body.server ?? serverOfCopy(placement, from))
  if (from) assertCopyable(from, server)
  const template = from?.templateName ?? body.template ?? placement.defaultTemplate ?? 'minimal'
  if (!from && template !== emptyTemplate && !Object.hasOwn(server.templates, template))
    throw new Failure('unknown_template', `Database server "${server.name}" has no template "${template}".`, {
      extensions: { templates: [emptyTemplate, ...Object.keys(server.templates)] },
    })
  await assertSeeds(database, body.seed ?? [], template, server)
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
  const parameters = normalise({ ...body, ...from?.parameters, tenant: placement.tenant })
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
export function assertRoom({
  placement,
  server,
}: {
  placement: Pick<Placement, 'tenant' | 'maxInstances' | 'instances'>
  server: Pick<PlacementServer, 'name' | 'maxInstances' | 'instances'>
}): void {
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

/** A copy stays on its source's server, where the tenant may use that one; otherwise it goes where any instance would. */
const serverOfCopy = (placement: Placement, from: CopySource | undefined): string | undefined =>
  placement.servers.find((server) => server.id === from?.serverId)?.name

/** Refuses what no worker could copy there. */
function assertCopyable({ engine, serverId, boundToServer }: CopySource, server: PlacementServer): void {
  if (server.engine !== engine)
    throw new Failure('engine_mismatch', `"${server.name}" is served by "${server.engine}", the source by "${engine}".`)
  if (boundToServer !== null && server.id !== serverId) throw new Failure('not_supported', boundToServer)
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

/** Refuses bundles that cannot fill this instance; a database without tables is nothing for any of them. */
async function assertSeeds(
  database: Database,
  seed: readonly AskedSeed[],
  template: string,
  server: PlacementServer,
): Promise<void> {
  if (seed.length > 0 && template === emptyTemplate)
    throw new Failure('not_supported', 'An empty database has no tables that seed bundles could fill.')
  await planSeeds(database, seed, server.databaseEngine)
}

/** The same request in one form: keys in order, what is absent left out, nothing filled in. */
function normalise(value: object): JsonObject {
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, entry]) => [key, normalisePart(entry)])) as JsonObject
}

const normalisePart = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(normalisePart)
  return typeof part === 'object' && part !== null ? normalise(part) : part
}

/** The names of the fields in which two requests differ. */
export function differingFields(first: JsonObject, second: JsonObject): string[] {
  const keys = new Set([...Object.keys(first), ...Object.keys(second)])
  return [...keys].filter((key) => JSON.stringify(first[key]) !== JSON.stringify(second[key])).sort()
}
