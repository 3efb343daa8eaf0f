import type { InstanceStatus, Json, JsonObject, Problem } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import type { ArchiveStorage } from '@edfi-tenants/archive-storage'
import type { HookRunner } from '@edfi-tenants/hooks'
import type { OdsApi } from '@edfi-tenants/ods-api'
import type { Operation, Ownership, Provisioner, RegisteredLogin, Server } from '@edfi-tenants/provisioner'
import type { SeedBundle } from '@edfi-tenants/seed-bundles'
import type { EnvironmentRow, InstancePatch, InstanceRow, JobRow, Store } from '@edfi-tenants/store'

/** The database server of a job, with what is needed to work on it. */
export interface ServerAccess {
  provisioner: Provisioner
  server: Server
  /** Templates by name, as the server's record has them. */
  templates: Record<string, Json>
  /** The shared login; null where each instance has its own. */
  sharedLogin: RegisteredLogin | null
}

/** What an operator sets for all jobs of a worker. */
export interface JobSettings {
  /** How long ODS/API may go on with what it has cached, where nobody can tell it to forget; in seconds. */
  odsApiCacheSeconds: number
  /** How long a deleted instance can come back, in seconds. */
  undoWindowSeconds: number
  /** The folder with SQL checks, one folder per name; null: there are none. */
  sqlChecksDir: string | null
}

/** What a step is given: its job, what it works on, and the means to do so. */
export interface StepContext extends Operation {
  job: JobRow
  /** The job's instance as it is now. Throws for jobs that have none. */
  readonly instance: InstanceRow
  /** What this step saved in an earlier attempt: how a second try knows how far the first one came. */
  saved: JsonObject | null
  store: Store
  /** Whose databases this job may touch; carries the epoch of the present claim. */
  ownership: Ownership
  /** The job's database server. */
  database: () => Promise<ServerAccess>
  /** Another one: of an instance or archive that the job reads from. */
  databaseOf: (serverId: string) => Promise<ServerAccess>
  adminApi: () => Promise<AdminApi>
  environment: () => Promise<EnvironmentRow>
  /** ODS/API of the job's environment, where nothing may be configured. */
  odsApi: () => Promise<OdsApi>
  /** Those of any environment and Admin API tenant: of jobs that concern several. Opened anew with every call. */
  adminApiOf: (environmentId: string, adminTenant: string) => Promise<AdminApi>
  odsApiOf: (environmentId: string) => Promise<OdsApi>
  /** Where archives are kept off their servers; null: nowhere. */
  archives: ArchiveStorage | null
  seedBundles: ReadonlyMap<string, SeedBundle>
  /** Calls deployment hooks. */
  hooks: HookRunner
  settings: JobSettings
  /**
   * Records an intent before its effect (fenced, at once): what a second try, or undo, must know if this worker dies
   * right after.
   */
  save: (record: { output?: JsonObject | null; instance?: InstancePatch }) => Promise<void>
}

/** What a step leaves behind when it has succeeded; saved before the next one starts. */
export interface StepResult {
  /** What undo needs. Never a secret. */
  output?: JsonObject
  /** One sentence for people. */
  detail?: string
  instance?: InstancePatch
  /** The job's result, where this step finds it. */
  result?: Json
  /** There was nothing to do, for this reason; nothing else of the result counts then. For what `skip` cannot tell at once. */
  skipped?: string
  /** Not done yet, and nothing is wrong: the step is begun again after that time. Only `detail` counts besides. */
  wait?: { ms: number; for: string }
}

/** A unit of a job. `run` looks before it acts and can run twice; `undo` stands beside it and can run twice as well. */
export interface Step {
  name: string
  /** Works on the database server and needs one of its slots. */
  usesServer?: boolean
  /** How much of the job's progress it stands for; default 1. */
  weight?: number
  /** After this many milliseconds the step is stopped; default five minutes. */
  timeoutMs?: number
  /** A reason not to run in this job, or null to run. */
  skip?: (context: StepContext) => string | null
  run: (context: StepContext) => Promise<StepResult>
  /** Takes back what run did, also when run was stopped half way. */
  undo?: (context: StepContext) => Promise<StepResult>
}

/** How a job has ended, as far as its instance is concerned. */
export interface JobEnd {
  status: 'succeeded' | 'failed' | 'cancelled'
  error: Problem | null
  /** Whether nothing is left of what was done. */
  undone: boolean
  /** Whether the job had passed its pivot: what it was for is done, whatever failed afterwards. */
  pastPivot: boolean
}

/** A kind of job: its steps in order, and what they do to the instance. */
export interface JobDefinition {
  type: string
  /** Raised when the steps change in a way that a job begun under the old list could not go on with. */
  version: number
  /** Whether it changes its instance; one such job at a time. */
  changing: boolean
  /** Whether the instance exists only once this job has succeeded; a retry makes it `provisioning` again. */
  createsInstance?: boolean
  /** Whether the instance can no longer be used once this job has passed its pivot. */
  endsInstance?: boolean
  /** The statuses of the instance in which a retry makes sense; default: any in which it is there. */
  retryWhen?: readonly InstanceStatus[]
  steps: readonly Step[]
  /**
   * A failure up to and including this step undoes everything before it; afterwards the job only goes forward. Null for
   * jobs that can be given up at any step.
   */
  pivot: Step | null
  /** What becomes of the instance at the end. */
  settle?: (end: JobEnd) => InstancePatch
}

/** A step, checked by the compiler. */
export const defineStep = (step: Step): Step => step

/** A job; its pivot must be one of its steps. */
export function defineJob(definition: JobDefinition): JobDefinition {
  if (definition.pivot && !definition.steps.includes(definition.pivot))
    throw new Error(`${definition.type}: the pivot is not one of the steps.`)
  return definition
}

/** The position of a definition's pivot; its last step where it has none. */
export const pivotPosition = (definition: JobDefinition): number =>
  definition.pivot ? definition.steps.indexOf(definition.pivot) : definition.steps.length - 1

/** How workers name what they can run: `type@version`. */
export const definitionKey = (definition: { type: string; version: number }): string =>
  `${definition.type}@${definition.version}`
