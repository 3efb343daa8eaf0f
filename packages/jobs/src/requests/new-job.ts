import { randomUUID } from 'node:crypto'
import type { NewJob } from '@edfi-tenants/store'
import type { JobDefinition } from '../engine/define-job.js'
import { askedBy, type RequestOrigin } from './request-origin.js'

/** A person waits for what is asked for singly; batches yield to it. */
export const interactivePriority = 100

/** What differs from job to job; the rest comes from its definition and the request. */
export type JobSubject = Partial<
  Pick<
    NewJob,
    | 'tenant'
    | 'instanceId'
    | 'environmentId'
    | 'serverId'
    | 'engine'
    | 'workerPool'
    | 'parameters'
    | 'batchId'
    | 'ref'
    | 'priority'
    | 'held'
  >
>

/** The row of a new job of a definition. */
export const newJob = (definition: JobDefinition, origin: RequestOrigin, subject: JobSubject): NewJob => ({
  id: randomUUID(),
  type: definition.type,
  definitionVersion: definition.version,
  steps: definition.steps.map((step) => step.name),
  needsSlot: definition.steps.some((step) => step.usesServer),
  changing: definition.changing,
  priority: interactivePriority,
  tenant: null,
  instanceId: null,
  environmentId: null,
  serverId: null,
  engine: null,
  workerPool: 'default',
  batchId: null,
  ref: null,
  parameters: {},
  ...askedBy(origin),
  ...subject,
})
