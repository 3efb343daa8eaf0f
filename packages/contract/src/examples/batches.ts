import type { Batch, BatchCredential, BatchItem, BatchPlan } from '../batches.js'
import type { BatchRequestBody } from '../batch-request.js'
import { instanceId, jobId } from './ids.js'

const batchId = '3e1c9a52-0c5e-4b55-9b3a-2f1d7c6e8a40'

/** Batches as they are asked for. */
export const batchRequestExamples = {
  create: {
    operation: 'instance.create',
    items: [
      { ref: 'row-2', tenant: 'district-255901', name: 'Grand Bend 2026', contexts: { schoolYearFromRoute: '2026' } },
      { ref: 'row-3', tenant: 'district-255902', name: 'Lakeview 2026', contexts: { schoolYearFromRoute: '2026' } },
    ],
    options: { canary: 1, stopAfterFailures: 5 },
  },
  delete: {
    operation: 'instance.delete',
    items: [{ ref: 'row-2', instanceId, confirm: 'Grand Bend 2026', archive: true }],
  },
  stopSelected: {
    operation: 'instance.stop',
    selector: { labels: { schoolYear: '2025' }, createdBefore: '2026-07-01T00:00:00.000Z' },
    confirmCount: 212,
  },
} satisfies Record<string, BatchRequestBody>

/** A batch of creations on its way. */
export const createBatchExample: Batch = {
  id: batchId,
  number: 31,
  operation: 'instance.create',
  status: 'running',
  total: 500,
  counts: { queued: 380, running: 8, succeeded: 110, failed: 1, cancelled: 0, unchanged: 1 },
  etaSeconds: 290,
  options: { canary: 1, stopAfterFailures: 5 },
  pausedBy: null,
  undoes: null,
  follows: null,
  tenants: ['district-255901', 'district-255902'],
  requestedBy: 'onboarding',
  onBehalfOf: null,
  createdAt: '2026-07-01T09:00:00.000Z',
  finishedAt: null,
}

/** One of its items. */
export const batchItemExample: BatchItem = {
  position: 0,
  ref: 'row-2',
  tenant: 'district-255901',
  instanceId,
  name: 'Grand Bend 2026',
  databaseName: 'EdFi_Ods_district_255901_Grand_Bend_2026',
  odsInstanceId: 17,
  outcome: 'job',
  jobId,
  status: 'succeeded',
  error: null,
}

/** A key of one of its instances. */
export const batchCredentialExample: BatchCredential = {
  ref: 'row-2',
  tenant: 'district-255901',
  instanceId,
  name: 'Grand Bend 2026',
  origin: 'issued',
  applicationId: 12,
  applicationName: 'Grand Bend SIS',
  apiClientId: null,
  key: 'nYpQ1kXv7sZt',
  secret: 'only-while-it-can-be-read',
  readableUntil: '2026-07-08T09:00:06.000Z',
}

/** What such a batch would do. */
export const batchPlanExample: BatchPlan = {
  valid: true,
  operation: 'instance.create',
  total: 2,
  counts: { job: 1, unchanged: 1, invalid: 0 },
  steps: ['reserve-name', 'create-database', 'seed', 'verify-database', 'register', 'verify-registration'],
  items: [
    {
      position: 0,
      ref: 'row-2',
      outcome: 'unchanged',
      tenant: 'district-255901',
      instanceId,
      name: 'Grand Bend 2026',
      databaseName: 'EdFi_Ods_district_255901_Grand_Bend_2026',
      server: 'postgres-01',
      template: 'minimal',
      interruption: null,
    },
    {
      position: 1,
      ref: 'row-3',
      outcome: 'job',
      tenant: 'district-255902',
      instanceId: null,
      name: 'Lakeview 2026',
      databaseName: 'EdFi_Ods_district_255902_Lakeview_2026',
      server: 'postgres-01',
      template: 'minimal',
      interruption: null,
    },
  ],
  conflicts: [],
  capacity: {
    tenants: [{ tenant: 'district-255902', instances: 0, added: 1, maxInstances: 10 }],
    servers: [
      {
        server: 'postgres-01',
        instances: 42,
        added: 1,
        maxInstances: null,
        jobs: 1,
        maxConcurrency: 4,
        estimatedDurationMs: 14_000,
      },
    ],
  },
  leftOut: { count: 0, instances: [] },
  estimatedDurationMs: 14_000,
}
