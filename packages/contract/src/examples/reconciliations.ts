import type { Finding, Reconciliation } from '../reconciliations.js'
import { createInstanceJobExample } from './jobs.js'
import { queuedJobExample } from './archives.js'

const reconciliationId = '2f6f1f0e-5d0c-4a7b-9c1e-8b7a6d5c4e3f'

/** The job that compares. */
export const reconciliationJobExample = {
  ...queuedJobExample('reconciliation.run', 'reconcile'),
  id: 'c0a8e1d2-3f4b-4c5d-8e6f-7a8b9c0d1e2f',
  number: 1060,
  tenant: null,
  instanceId: null,
}

/** A database of ours that nothing wants any more. */
export const findingExample: Finding = {
  id: '91e2c7b4-0d3f-4b8a-a6c5-1f2e3d4c5b6a',
  kind: 'database_without_record',
  server: 'postgres-01',
  environment: null,
  tenant: null,
  subject: 'tm_6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d_1041',
  instanceId: null,
  odsInstanceId: null,
  detail: 'It was left unfinished by a job that has ended.',
  actions: ['purge'],
  status: 'open',
  resolution: null,
  resolvedBy: null,
  resolvedAt: null,
  jobId: null,
}

const listed: Omit<Reconciliation, 'findings'> = {
  id: reconciliationId,
  number: 3,
  status: 'queued',
  scope: { tenant: null, server: null, environment: null },
  jobId: reconciliationJobExample.id,
  requestedBy: createInstanceJobExample.requestedBy,
  summary: null,
  createdAt: '2026-07-01T09:00:00.000Z',
  finishedAt: null,
}

/** A comparison, just accepted. */
export const newReconciliationExample: Reconciliation = { ...listed, findings: [] }

/** The same at its end, as in lists. */
export const listedReconciliationExample: typeof listed = {
  ...listed,
  status: 'succeeded',
  summary: {
    instances: 200,
    busy: 1,
    servers: [{ name: 'postgres-01', status: 'compared', reason: null, databases: 203, notOpened: 0 }],
    adminApis: [
      {
        environment: 'production',
        adminTenant: 'district-255901',
        status: 'unreachable',
        reason: 'admin_api_unreachable: No connection could be made.',
        registrations: null,
      },
    ],
    findings: { database_without_record: 1 },
  },
  finishedAt: '2026-07-01T09:00:21.000Z',
}

/** The same with its findings. */
export const reconciliationExample: Reconciliation = { ...listedReconciliationExample, findings: [findingExample] }

/** The answer to a resolution. */
export const resolutionExample = {
  job: {
    ...queuedJobExample('reconciliation.purge-database', 'remove-database'),
    id: '5e4d3c2b-1a09-4f8e-9d7c-6b5a4f3e2d1c',
    number: 1061,
    tenant: null,
    instanceId: null,
  },
  finding: {
    ...findingExample,
    status: 'resolving' as const,
    resolution: 'purge' as const,
    resolvedBy: createInstanceJobExample.requestedBy,
    resolvedAt: '2026-07-01T09:05:00.000Z',
    jobId: '5e4d3c2b-1a09-4f8e-9d7c-6b5a4f3e2d1c',
  },
}
