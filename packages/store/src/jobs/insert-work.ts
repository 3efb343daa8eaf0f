import type { InstanceOrigin, JsonObject } from '@edfi-tenants/core'
import { insertAuditEvents, type NewAuditEvent } from '../audit-events.js'
import type { Database } from '../database.js'
import type { InstanceRow } from '../instances/instance-row.js'
import { isoTime, type JobRow } from './job-row.js'

/** An instance that a job is about to make. It holds its names from now on. */
export interface NewInstance {
  id: string
  tenant: string
  environmentId: string
  adminTenant: string
  serverId: string
  name: string
  displayName: string | null
  instanceType: string
  contexts: Record<string, string>
  labels: Record<string, string>
  templateName: string
  databaseName: string
  origin: InstanceOrigin
  sourceInstanceId: string | null
  deletionProtection: boolean
  parameters: JsonObject
  parametersHash: string
  batchId: string | null
  ref: string | null
  /** When it is to be deleted by itself; null: never. */
  expiresAt: string | null
}

/** A job to be run, with the names of its steps as its definition lists them now. */
export interface NewJob {
  id: string
  type: string
  definitionVersion: number
  steps: readonly string[]
  needsSlot: boolean
  changing: boolean
  priority: number
  tenant: string | null
  instanceId: string | null
  environmentId: string | null
  serverId: string | null
  engine: string | null
  workerPool: string
  batchId: string | null
  ref: string | null
  /** Whether it waits until its batch lets it go; default false. */
  held?: boolean
  parameters: JsonObject
  requestedBy: string
  onBehalfOf: string | null
  requestId: string | null
  traceContext: string | null
}

const insert = `
  WITH alive AS (
    SELECT i.id FROM jsonb_to_recordset($1::jsonb) AS i (id uuid, tenant text, "environmentId" uuid, "serverId" uuid)
      JOIN tenants t ON t.name = i.tenant AND t.deleted_at IS NULL
      JOIN environments e ON e.id = i."environmentId" AND e.deleted_at IS NULL
      JOIN database_servers d ON d.id = i."serverId" AND d.deleted_at IS NULL
    FOR KEY SHARE OF t, e, d
  ), instance AS (
    INSERT INTO instances (id, tenant, environment_id, admin_tenant, server_id, name, display_name, status, instance_type, contexts, labels,
      template_name, database_name, origin, source_instance_id, deletion_protection, parameters, parameters_hash, batch_id, ref, expires_at)
    SELECT id, tenant, "environmentId", "adminTenant", "serverId", name, "displayName", 'provisioning', "instanceType", contexts, labels,
      "templateName", "databaseName", origin, "sourceInstanceId", "deletionProtection", parameters, "parametersHash", "batchId", ref, "expiresAt"
    FROM jsonb_to_recordset($1::jsonb) AS i (id uuid, tenant text, "environmentId" uuid, "adminTenant" text, "serverId" uuid, name text,
      "displayName" text, "instanceType" text, contexts jsonb, labels jsonb, "templateName" text, "databaseName" text, origin text,
      "sourceInstanceId" uuid, "deletionProtection" boolean, parameters jsonb, "parametersHash" text, "batchId" uuid, ref text, "expiresAt" timestamptz)
    WHERE id IN (SELECT id FROM alive)
    RETURNING id, number, created_at
  ), job AS (
    INSERT INTO jobs (id, type, definition_version, needs_slot, changing, priority, tenant, instance_id, environment_id, server_id, engine,
      worker_pool, batch_id, ref, parameters, requested_by, on_behalf_of, request_id, trace_context, held, event_count)
    SELECT id, type, "definitionVersion", "needsSlot", changing, priority, tenant, "instanceId", "environmentId", "serverId", engine,
      "workerPool", "batchId", ref, parameters, "requestedBy", "onBehalfOf", "requestId", "traceContext", coalesce(held, false), 1
    FROM jsonb_to_recordset($2::jsonb) AS j (id uuid, type text, "definitionVersion" integer, "needsSlot" boolean, changing boolean,
      priority integer, tenant text, "instanceId" uuid, "environmentId" uuid, "serverId" uuid, engine text, "workerPool" text,
      "batchId" uuid, ref text, parameters jsonb, "requestedBy" text, "onBehalfOf" text, "requestId" text, "traceContext" text, held boolean)
    RETURNING id, number, created_at
  ), step AS (
    INSERT INTO job_steps (job_id, position, name)
    SELECT (j ->> 'id')::uuid, step.ordinality - 1, step.value
    FROM jsonb_array_elements($2::jsonb) AS j, jsonb_array_elements_text(j -> 'steps') WITH ORDINALITY AS step
  ), event AS (
    INSERT INTO job_events (job_id, sequence, type, data)
    SELECT (j ->> 'id')::uuid, 1, 'job.queued', '{}' FROM jsonb_array_elements($2::jsonb) AS j
  ), audit AS (${insertAuditEvents('$3')})
  SELECT id, number, ${isoTime('created_at')} AS "createdAt" FROM instance
  UNION ALL SELECT id, number, ${isoTime('created_at')} FROM job`

/** What the database added to a row that was written. */
export interface Written {
  number: number
  createdAt: string
}

/**
 * Writes instances, the jobs that will make or change them, and the audit events, in one statement: all or nothing.
 * Returns by id what the database added. Runs into `instances_held_name_key`, `instances_held_database_name_key` or
 * `jobs_changing_instance_key` when a name is taken or the instance busy, and into `jobs_instance_id_fkey` when tenant,
 * environment or database server were deleted meanwhile (see `violatedConstraint`).
 */
export async function insertWork(
  database: Database,
  work: { instances?: readonly NewInstance[]; jobs: readonly NewJob[]; audit: readonly NewAuditEvent[] },
): Promise<(id: string) => Written> {
  const values = [work.instances ?? [], work.jobs, work.audit].map((rows) => JSON.stringify(rows))
  const rows = await database.query<Written & { id: string }>(insert, values, 'insert-work')
  const byId = new Map(rows.map(({ id, number, createdAt }) => [id, { number, createdAt }]))
  return (id) => {
    const written = byId.get(id)
    if (!written) throw new Error(`No row ${id} was written.`)
    return written
  }
}

/** A job as it stands right after it was written, without reading it back. */
export const writtenJob = (job: NewJob, written: Written): JobRow => {
  const { steps, ...row } = job
  return {
    ...row,
    ...written,
    status: 'queued',
    direction: 'forward',
    waitingFor: null,
    nextRunAt: written.createdAt,
    progress: 0,
    attempt: 1,
    epoch: 0,
    rings: 0,
    rungAt: null,
    troubledForMs: 0,
    cancelRequestedAt: null,
    error: null,
    outcome: null,
    result: null,
    startedAt: null,
    finishedAt: null,
    steps: steps.map((name, position) => ({
      position,
      name,
      status: 'pending',
      attempts: 0,
      detail: null,
      output: null,
      error: null,
      startedAt: null,
      finishedAt: null,
    })),
  }
}

/** An instance as it stands right after it was written together with the job that makes it, without reading it back. */
export const writtenInstance = (
  instance: NewInstance,
  written: Written,
  surroundings: Pick<InstanceRow, 'environment' | 'odsRoute' | 'server' | 'databaseEngine' | 'activeJobId'>,
): InstanceRow => ({
  ...instance,
  ...surroundings,
  number: written.number,
  createdAt: written.createdAt,
  updatedAt: written.createdAt,
  status: 'provisioning',
  statusReason: null,
  templateVersion: null,
  databaseIdentity: null,
  odsInstanceId: null,
  odsVersion: null,
  dataStandard: null,
  healthStatus: 'unknown',
  healthCheckedAt: null,
  healthSince: null,
  health: null,
  retiredName: null,
  tombstone: null,
  archivedAt: null,
  derivatives: [],
  nameHeld: true,
  loginName: null,
  loginPassword: null,
  registeredString: null,
  deletedAt: null,
  purgeAt: null,
})
