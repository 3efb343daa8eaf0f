import {
  Failure,
  type HealthStatus,
  type InstanceStatus,
  type Json,
  type JobDirection,
  type JobOutcome,
  type JobStatus,
  type JsonObject,
  type Problem,
  type StepStatus,
} from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Lease } from './claim-job.js'

/** What a fenced write may change in the job's own row. */
export interface JobPatch {
  status?: Exclude<JobStatus, 'queued'>
  direction?: JobDirection
  waitingFor?: string | null
  /** Milliseconds from now, by the database's clock. */
  nextRunInMs?: number
  progress?: number
  needsSlot?: boolean
  error?: Problem | null
  outcome?: JobOutcome | null
  result?: Json
  /** `start`: remember since when the present fault is repeated (kept when it already is); `clear`: it is over. */
  trouble?: 'start' | 'clear'
}

/** What a fenced write may change in one step. */
export interface StepPatch {
  position: number
  status?: StepStatus
  detail?: string | null
  output?: Json
  error?: Problem | null
  /** The step begins now: counts an attempt and stamps the start. */
  started?: boolean
  finished?: boolean
}

/** What a fenced write may change in the job's instance. */
export interface InstancePatch {
  status?: InstanceStatus
  statusReason?: string | null
  databaseIdentity?: string | null
  odsInstanceId?: number | null
  odsVersion?: string | null
  dataStandard?: string | null
  templateVersion?: string | null
  instanceType?: string
  contexts?: Record<string, string>
  nameHeld?: boolean
  loginName?: string | null
  /** Sealed. */
  loginPassword?: string | null
  /** Sealed. */
  registeredString?: string | null
  name?: string
  databaseName?: string
  /** Of the database server that it has moved to. */
  serverId?: string
  retiredName?: string | null
  tombstone?: JsonObject | null
  deletionProtection?: boolean
  /** ISO 8601. */
  deletedAt?: string | null
  purgeAt?: string | null
  expiresAt?: string | null
  archivedAt?: string | null
  healthStatus?: HealthStatus
  healthSince?: string
  health?: JsonObject | null
}

/** One fenced write: all of it, or nothing. */
export interface JobWrite {
  job?: JobPatch
  steps?: StepPatch[]
  instance?: InstancePatch
  events?: { type: string; data: JsonObject }[]
  /** Gives the job's slot back. */
  releaseSlot?: boolean
  /** Ends the lease: the job waits or is finished. */
  endLease?: boolean
}

const instanceColumns: Record<keyof InstancePatch, string> = {
  status: 'status',
  statusReason: 'status_reason',
  databaseIdentity: 'database_identity',
  odsInstanceId: 'ods_instance_id',
  odsVersion: 'ods_version',
  dataStandard: 'data_standard',
  templateVersion: 'template_version',
  instanceType: 'instance_type',
  contexts: 'contexts',
  nameHeld: 'name_held',
  loginName: 'login_name',
  loginPassword: 'login_password',
  registeredString: 'registered_string',
  name: 'name',
  databaseName: 'database_name',
  serverId: 'server_id',
  retiredName: 'retired_name',
  tombstone: 'tombstone',
  deletionProtection: 'deletion_protection',
  deletedAt: 'deleted_at',
  purgeAt: 'purge_at',
  expiresAt: 'expires_at',
  archivedAt: 'archived_at',
  healthStatus: 'health_status',
  healthSince: 'health_since',
  health: 'health',
}

/** Text from elsewhere without what PostgreSQL cannot keep: NUL, and halves of characters. */
const storable = (text: string): string => Buffer.from(text.replaceAll('\0', ''), 'utf8').toString('utf8')

const stringify = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? storable(each) : each))

const json = (value: unknown): string | null => (value === null || value === undefined ? null : stringify(value))

/**
 * Writes what a worker did, in one statement that takes effect only while the worker's lease holds and its epoch is the
 * job's. Fails with `lease_lost` otherwise, having written nothing. Events get the next numbers of the job. Says whether
 * the job's cancelling has been asked for meanwhile.
 */
export async function writeJob(
  database: Database,
  lease: Lease,
  write: JobWrite,
): Promise<{ cancelRequested: boolean }> {
  const values: unknown[] = [lease.jobId, lease.epoch]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const events = write.events ?? []
  const set = [...jobAssignments(write, bind), `event_count = event_count + ${events.length}`]
  const parts = [
    `j AS (UPDATE jobs SET ${set.join(', ')}
    WHERE id = $1 AND epoch = $2 AND lease_expires_at > now() RETURNING id, instance_id, event_count, cancel_requested_at)`,
  ]
  if (write.steps?.length) parts.push(stepUpdate(write.steps, bind))
  if (write.instance) parts.push(instanceUpdate(write.instance, bind))
  if (write.releaseSlot)
    parts.push('slot AS (UPDATE slots SET job_id = NULL, expires_at = NULL FROM j WHERE slots.job_id = j.id)')
  if (events.length > 0)
    parts.push(`event AS (INSERT INTO job_events (job_id, sequence, type, data)
      SELECT j.id, j.event_count - ${events.length} + e.ordinality, e.value ->> 'type', e.value -> 'data'
      FROM j, jsonb_array_elements(${bind(stringify(events))}::jsonb) WITH ORDINALITY AS e)`)
  const text = `WITH ${parts.join(', ')} SELECT cancel_requested_at IS NOT NULL AS "cancelRequested" FROM j`
  const [row] = await database.query<{ cancelRequested: boolean }>(text, values, nameOf(text))
  if (!row) throw new Failure('lease_lost', 'This worker no longer holds the job.')
  return row
}

/** A job's life makes a few dozen different writes, over and over: each gets a name, so that it is planned once. */
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const name = names.get(text)
  if (name !== undefined || names.size >= 200) return name
  names.set(text, `write-job-${names.size}`)
  return names.get(text)
}

function jobAssignments({ job = {}, endLease }: JobWrite, bind: (value: unknown) => string): string[] {
  const set: string[] = []
  if (job.status !== undefined) {
    set.push(`status = ${bind(job.status)}`)
    if (job.status !== 'running') set.push('finished_at = now()')
  }
  if (job.direction !== undefined) set.push(`direction = ${bind(job.direction)}`)
  if (job.waitingFor !== undefined) set.push(`waiting_for = ${bind(job.waitingFor)}`)
  if (job.nextRunInMs !== undefined)
    set.push(`next_run_at = CASE WHEN cancel_requested_at IS NULL OR direction = 'undo'
      THEN now() + make_interval(secs => ${bind(job.nextRunInMs / 1000)}) ELSE now() END`)
  if (job.progress !== undefined) set.push(`progress = ${bind(job.progress)}`)
  if (job.needsSlot !== undefined) set.push(`needs_slot = ${bind(job.needsSlot)}`)
  if (job.error !== undefined) set.push(`error = ${bind(json(job.error))}::jsonb`)
  if (job.outcome !== undefined) set.push(`outcome = ${bind(json(job.outcome))}::jsonb`)
  if (job.result !== undefined) set.push(`result = ${bind(json(job.result))}::jsonb`)
  if (job.trouble === 'start') set.push('troubled_since = coalesce(troubled_since, now())')
  if (job.trouble === 'clear') set.push('troubled_since = NULL')
  if (endLease) set.push('lease_owner = NULL', 'lease_expires_at = NULL')
  return set
}

/** A field that a patch does not name stays as it is: hence a flag beside each value that may be null. */
function stepUpdate(steps: StepPatch[], bind: (value: unknown) => string): string {
  const rows = steps.map((step) => ({
    position: step.position,
    status: step.status ?? null,
    detail: step.detail ?? null,
    output: step.output ?? null,
    error: step.error ?? null,
    set_detail: step.detail !== undefined,
    set_output: step.output !== undefined,
    set_error: step.error !== undefined,
    started: step.started ?? false,
    finished: step.finished ?? false,
  }))
  return `step AS (UPDATE job_steps s SET
      status = coalesce(p.status, s.status),
      detail = CASE WHEN p.set_detail THEN p.detail ELSE s.detail END,
      output = CASE WHEN p.set_output THEN nullif(p.output, 'null'::jsonb) ELSE s.output END,
      error = CASE WHEN p.set_error THEN nullif(p.error, 'null'::jsonb) ELSE s.error END,
      attempts = s.attempts + p.started::integer,
      started_at = CASE WHEN p.started THEN coalesce(s.started_at, clock_timestamp()) ELSE s.started_at END,
      finished_at = CASE WHEN p.finished THEN clock_timestamp() WHEN p.started THEN NULL ELSE s.finished_at END
    FROM j, jsonb_to_recordset(${bind(stringify(rows))}::jsonb) AS p (position integer, status text, detail text, output jsonb, error jsonb,
      set_detail boolean, set_output boolean, set_error boolean, started boolean, finished boolean)
    WHERE s.job_id = j.id AND s.position = p.position)`
}

function instanceUpdate(patch: InstancePatch, bind: (value: unknown) => string): string {
  const set = (Object.entries(patch) as [keyof InstancePatch, unknown][]).map(([key, value]) =>
    key === 'contexts' || key === 'tombstone' || key === 'health'
      ? `${instanceColumns[key]} = ${bind(json(value))}::jsonb`
      : `${instanceColumns[key]} = ${bind(typeof value === 'string' ? storable(value) : value)}`,
  )
  return `instance AS (UPDATE instances SET ${[...set, 'updated_at = now()'].join(', ')} FROM j WHERE instances.id = j.instance_id)`
}
