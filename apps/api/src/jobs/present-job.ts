import type { Job, Step } from '@edfi-tenants/contract'
import type { JobRow, StepRow } from '@edfi-tenants/store'

const isObject = (value: unknown): value is Record<string, never> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A step as clients see it, without what it keeps for later steps. */
const presentStep = (row: StepRow): Step => ({
  name: row.name,
  status: row.status,
  attempts: row.attempts,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
  durationMs: row.startedAt && row.finishedAt ? Date.parse(row.finishedAt) - Date.parse(row.startedAt) : null,
  detail: row.detail,
  error: row.error,
})

/** A job as clients see it. */
export const presentJob = (row: JobRow): Job => ({
  id: row.id,
  number: row.number,
  type: row.type,
  status: row.status,
  waitingFor: row.waitingFor,
  progress: row.progress,
  tenant: row.tenant,
  instanceId: row.instanceId,
  batchId: row.batchId,
  ref: row.ref,
  attempt: row.attempt,
  steps: row.steps.map(presentStep),
  error: row.error,
  outcome: row.outcome,
  result: isObject(row.result) ? row.result : null,
  requestedBy: row.requestedBy,
  onBehalfOf: row.onBehalfOf,
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt,
})
