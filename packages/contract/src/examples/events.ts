import type { Event } from '../events.js'
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
