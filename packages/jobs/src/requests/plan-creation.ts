import { createHash } from 'node:crypto'
import { defaultDatabaseName, Failure, isFailure, isReservedDatabaseName, type JsonObject } from '@edfi-tenants/core'
import type { Placement, PlacementServer, PublishedSeedBundle } from '@edfi-tenants/store'
import { planPublishedSeeds } from '../seeds/plan-seeds.js'
import type { AskedSeed } from '../seeds/seed.js'
import { emptyTemplate } from '../steps/create-database.js'
import { assertContexts } from './assert-contexts.js'
import { assertFuture } from './assert-future.js'
import type { CopySource, CreateInstanceBody, InstancePlan } from './plan-create-instance.js'

/** What planning a new instance depends on, already read: once for one request, once per tenant for a batch. */
export interface CreationSurroundings {
  /** Null: there is no such tenant within the bound. */
  placement: Placement | null
  /** What workers have published; looked at only where seeds are asked for. */
  seedBundles: readonly PublishedSeedBundle[]
  /** Names no instance's database may have besides those that are always reserved. */
  reservedDatabaseNames: readonly string[]
  /** What it is a copy of, where it is not made from a template. */
  from?: CopySource | undefined
}

/** What a new instance will be, or everything that is wrong with the request for it, at least one failure. */
export type PlannedCreation = { plan: InstancePlan } | { failures: [Failure, ...Failure[]] }

/**
 * Decides where a new instance goes and what it is called, without reading anything. Finds `unknown_tenant`,
 * `unknown_server`, `no_server`, `engine_mismatch`, `unknown_template`, `contexts_required`, `unknown_seed_bundle`,
 * `not_supported`, and `validation_failed` for an end that is over or a database name that is reserved.
 */
export function planCreation(body: CreateInstanceBody, surroundings: CreationSurroundings): PlannedCreation {
  const { placement, from } = surroundings
  if (!placement) return { failures: [new Failure('unknown_tenant', `There is no tenant "${body.tenant}".`)] }
  const found: Failure[] = []
  const unlessWrong = <Result>(work: () => Result): Result | undefined => {
    try {
      return work()
    } catch (error) {
      if (!isFailure(error)) throw error
      found.push(error)
      return undefined
    }
  }
  unlessWrong(() => assertContexts(placement.odsRoute.contextRouteTemplate, body.contexts ?? {}))
  unlessWrong(() => assertFuture(body.expiresAt))
  const server = unlessWrong(() => chooseServer(placement, body.server ?? serverOfCopy(placement, from)))
  const template = from?.templateName ?? body.template ?? placement.defaultTemplate ?? 'minimal'
  const databaseName =
    body.databaseName ?? defaultDatabaseName(placement.tenant, body.name, placement.databaseNamePattern ?? undefined)
  if (server && from) unlessWrong(() => assertCopyable(from, server))
  if (server && !from) unlessWrong(() => assertTemplate(server, template))
  if (server) unlessWrong(() => assertSeeds(body.seed ?? [], template, server, surroundings.seedBundles))
  unlessWrong(() => assertNotReserved(databaseName, body, server, surroundings.reservedDatabaseNames))
  const [first, ...others] = found
  if (first) return { failures: [first, ...others] }
  if (!server) throw new Error('A plan without a server has a failure that says why.')
  const parameters = normalise({ ...body, ...from?.parameters, tenant: placement.tenant })
  return {
    plan: {
      placement,
      server,
      template,
      instanceType: body.instanceType ?? placement.defaultInstanceType ?? 'ods',
      databaseName,
      parameters,
      parametersHash: createHash('sha256').update(JSON.stringify(parameters)).digest('hex'),
    },
  }
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

/** Refuses templates that the server does not have. */
function assertTemplate(server: PlacementServer, template: string): void {
  if (template === emptyTemplate || Object.hasOwn(server.templates, template)) return
  throw new Failure('unknown_template', `Database server "${server.name}" has no template "${template}".`, {
    extensions: { templates: [emptyTemplate, ...Object.keys(server.templates)] },
  })
}

/** Refuses bundles that cannot fill this instance; a database without tables is nothing for any of them. */
function assertSeeds(
  seed: readonly AskedSeed[],
  template: string,
  server: PlacementServer,
  published: readonly PublishedSeedBundle[],
): void {
  if (seed.length > 0 && template === emptyTemplate)
    throw new Failure('not_supported', 'An empty database has no tables that seed bundles could fill.')
  planPublishedSeeds(published, seed, server.databaseEngine)
}

/** Refuses names that belong to others: the engine's, Ed-Fi's, ours, and the server's templates. */
function assertNotReserved(
  databaseName: string,
  body: CreateInstanceBody,
  server: PlacementServer | undefined,
  reserved: readonly string[],
): void {
  const templates = Object.values(server?.templates ?? {}).filter((name) => typeof name === 'string')
  if (!isReservedDatabaseName(databaseName, [...reserved, ...templates])) return
  throw new Failure('validation_failed', 'The request is not valid.', {
    errors: [
      {
        pointer: body.databaseName === undefined ? '/name' : '/databaseName',
        detail: `"${databaseName}" is reserved and cannot be the database of an instance.`,
      },
    ],
  })
}

/** The same request in one form: keys in order, what is absent left out, nothing filled in. */
export function normalise(value: object): JsonObject {
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, entry]) => [key, normalisePart(entry)])) as JsonObject
}

const normalisePart = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(normalisePart)
  return typeof part === 'object' && part !== null ? normalise(part) : part
}
