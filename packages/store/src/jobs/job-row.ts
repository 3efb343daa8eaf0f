import type { Json, JobDirection, JobOutcome, JobStatus, JsonObject, Problem, StepStatus } from '@edfi-tenants/core'

/** A step as it stands in the store. */
export interface StepRow {
  position: number
  name: string
  status: StepStatus
  attempts: number
  detail: string | null
  output: Json
  error: Problem | null
  startedAt: string | null
  finishedAt: string | null
}

/** A job with its steps, as it stands in the store. Times are ISO 8601 in UTC. */
export interface JobRow {
  id: string
  number: number
  type: string
  definitionVersion: number
  status: JobStatus
  direction: JobDirection
  waitingFor: string | null
  nextRunAt: string
  priority: number
  progress: number
  tenant: string | null
  instanceId: string | null
  environmentId: string | null
  serverId: string | null
  engine: string | null
  workerPool: string
  needsSlot: boolean
  changing: boolean
  batchId: string | null
  ref: string | null
  parameters: JsonObject
  attempt: number
  epoch: number
  rings: number
  rungAt: string | null
  /** For how long the present fault has been repeated, in milliseconds, when the row was read; 0 without one. */
  troubledForMs: number
  cancelRequestedAt: string | null
  error: Problem | null
  outcome: JobOutcome | null
  result: Json
  requestedBy: string
  onBehalfOf: string | null
  requestId: string | null
  traceContext: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  steps: StepRow[]
}

/** ISO 8601 in UTC with milliseconds, made by the database so that no driver parses dates only to print them again. */
const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const stepColumns = `json_agg(json_build_object('position', s.position, 'name', s.name, 'status', s.status, 'attempts', s.attempts,
  'detail', s.detail, 'output', s.output, 'error', s.error, 'startedAt', ${time('s.started_at')}, 'finishedAt', ${time('s.finished_at')}) ORDER BY s.position)`

/** The select list that makes a {@link JobRow} of a table or alias `j`. */
export const jobColumns = `j.id, j.number, j.type, j.definition_version AS "definitionVersion", j.status, j.direction,
  j.waiting_for AS "waitingFor", ${time('j.next_run_at')} AS "nextRunAt", j.priority, j.progress, j.tenant, j.instance_id AS "instanceId",
  j.environment_id AS "environmentId", j.server_id AS "serverId", j.engine, j.worker_pool AS "workerPool", j.needs_slot AS "needsSlot",
  j.changing, j.batch_id AS "batchId", j.ref, j.parameters, j.attempt, j.epoch::float8 AS epoch, j.rings, ${time('j.rung_at')} AS "rungAt",
  coalesce(extract(epoch FROM now() - j.troubled_since) * 1000, 0)::float8 AS "troubledForMs", ${time('j.cancel_requested_at')} AS "cancelRequestedAt", j.error, j.outcome, j.result,
  j.requested_by AS "requestedBy", j.on_behalf_of AS "onBehalfOf", j.request_id AS "requestId", j.trace_context AS "traceContext",
  ${time('j.created_at')} AS "createdAt", ${time('j.started_at')} AS "startedAt", ${time('j.finished_at')} AS "finishedAt",
  (SELECT ${stepColumns} FROM job_steps s WHERE s.job_id = j.id) AS steps`

export { time as isoTime }
