import type { EventType, ProblemCode } from '@edfi-tenants/core'
import type { Event } from '../events.js'
import { createBatchExample } from './batches.js'
import { finishedJobExample } from './jobs.js'

/** A step of a job is done. */
export const eventExample: Event = {
  type: 'step.succeeded',
  jobId: finishedJobExample.id,
  jobType: finishedJobExample.type,
  instanceId: finishedJobExample.instanceId,
  tenant: finishedJobExample.tenant,
  batchId: null,
  ref: null,
  sequence: 6,
  at: '2026-07-01T09:00:02.800Z',
  data: { step: 'create-database' },
}

/** A job has ended. */
export const endEventExample: Event = {
  ...eventExample,
  type: 'job.succeeded',
  sequence: 18,
  at: '2026-07-01T09:00:06.900Z',
  data: {},
}

const fault = { code: 'server_unreachable' satisfies ProblemCode }
const step = { step: 'create-database' }
const dataExamples: Partial<Record<EventType, Event['data']>> = {
  'job.waiting': { for: 'slot', milliseconds: 0 },
  'job.undoing': fault,
  'job.retried': { attempt: 2 },
  'job.failed': fault,
  'step.failed': { ...step, ...fault },
  'step.undo-failed': { ...step, ...fault },
  'instance.health_changed': {
    name: 'Grand Bend 2026',
    from: 'healthy',
    to: 'unreachable',
    reason: 'The database does not answer.',
  },
  'batch.finished': {
    operation: 'instance.create',
    total: 500,
    status: 'failed',
    counts: { queued: 0, running: 0, succeeded: 480, failed: 20, cancelled: 0, unchanged: 0 },
  },
}

/** An event of a type. */
export function exampleOfEvent(type: EventType): Event {
  const event = { ...endEventExample, type, data: dataExamples[type] ?? (type.startsWith('step.') ? step : {}) }
  if (type.startsWith('job.') || type.startsWith('step.')) return event
  const apart = { ...event, jobId: null, jobType: null, sequence: null }
  return type === 'batch.finished' ? { ...apart, instanceId: null, batchId: createBatchExample.id } : apart
}
