import { isWithinBound, type JsonObject, type TenantBound } from '@edfi-tenants/core'
import {
  readPlacement,
  readSeedBundles,
  type Database,
  type Placement,
  type PlacementServer,
} from '@edfi-tenants/store'
import type { AskedApplication } from '../applications/asked-application.js'
import type { AskedSeed } from '../seeds/seed.js'
import type { JobDefinition } from '../engine/define-job.js'
import { planCreation } from './plan-creation.js'

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
 * Decides where a new instance goes and what it is called. Fails as {@link planCreation} finds, with the first of its
 * failures; `unknown_tenant` also for tenants outside the bound.
 */
export async function planCreateInstance(
  database: Database,
  body: CreateInstanceBody,
  options: { bound: TenantBound; reservedDatabaseNames: readonly string[]; from?: CopySource | undefined },
): Promise<InstancePlan> {
  const placement = isWithinBound(options.bound, body.tenant) ? await readPlacement(database, body.tenant) : null
  const seedBundles = body.seed && body.seed.length > 0 ? await readSeedBundles({ database }) : []
  const { reservedDatabaseNames, from } = options
  const planned = planCreation(body, { placement, seedBundles, reservedDatabaseNames, from })
  if ('plan' in planned) return planned.plan
  throw planned.failures[0]
}
