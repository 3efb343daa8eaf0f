import type { Batch } from '../batches.js'
import type { FleetHealth, HealthCheck, InstanceHealth } from '../health.js'
import type { Job } from '../jobs.js'
import { instanceId } from './ids.js'
import { createInstanceJobExample } from './jobs.js'

const uptime = { '24h': 1, '7d': 0.99802, '30d': null }

/** What the last check of an instance has found. */
export const instanceHealthExample: InstanceHealth = {
  status: 'degraded',
  checkedAt: '2026-07-01T09:10:00.000Z',
  since: '2026-07-01T08:50:00.000Z',
  reason: 'Nothing has changed for 49 hours (limit 48).',
  latencyMs: 14,
  databaseState: 'online',
  sizeBytes: 61_000_000,
  connections: 3,
  odsVersion: '7.3',
  dataStandard: '5.2.0',
  counts: {
    students: 21_628,
    staff: 1_320,
    educationOrganizations: 9,
    schools: 3,
    localEducationAgencies: 1,
    sections: 672,
    studentSchoolAssociations: 21_630,
    contacts: null,
  },
  countsMode: 'exact',
  freshness: { newestChangeAt: '2026-06-29T07:58:00.000Z' },
  registration: { status: 'matching', differences: [], reason: null },
  odsApi: { status: 'not_checked', reason: 'The environment has no probe client.', latencyMs: null },
  checks: [{ name: 'students-without-school', ok: true, detail: 'No rows.' }],
  uptime,
}

/** One check in the history. */
export const healthCheckExample: HealthCheck = {
  checkedAt: '2026-07-01T09:10:00.000Z',
  status: 'healthy',
  reason: null,
  reachable: true,
  latencyMs: 14,
  details: { databaseState: 'online', connections: 3, registration: 'matching', odsApi: 'not_checked' },
}

/** A fleet of 200 instances. */
export const fleetHealthExample: FleetHealth = {
  asOf: '2026-07-01T09:12:00.000Z',
  instances: 200,
  byHealth: { healthy: 197, degraded: 1, stopped: 2 },
  byStatus: { active: 198, stopped: 2 },
  byServer: { 'postgres-01': 200 },
  byOdsVersion: { '7.3': 200 },
  counts: { students: 4_102_330, contacts: null },
  countsMissing: { students: 2, contacts: 200 },
  uptime,
  attention: [
    {
      id: instanceId,
      name: 'Grand Bend 2026',
      tenant: 'district-255901',
      status: 'degraded',
      reason: 'Nothing has changed for 49 hours (limit 48).',
      since: '2026-07-01T08:50:00.000Z',
    },
  ],
}

/** A job that checks one instance. */
export const healthCheckJobExample: Job = {
  ...createInstanceJobExample,
  id: '8d4b5f60-7a1e-4c43-9a53-2f6f0c6a7b10',
  number: 1046,
  type: 'health.check',
  steps: createInstanceJobExample.steps
    .slice(0, 4)
    .map((step, at) => ({ ...step, name: ['probe', 'count', 'check-registration', 'record'][at] ?? '' })),
}

/** The checks of all instances, just asked for. */
export const batchExample: Batch = {
  id: 'c5b0f3f2-6d0a-4f7e-8b7d-64d3b1a0e911',
  number: 12,
  operation: 'health.check',
  status: 'running',
  total: 2,
  counts: { queued: 1, running: 0, succeeded: 1, failed: 0, cancelled: 0, unchanged: 0 },
  etaSeconds: 8,
  options: {},
  pausedBy: null,
  undoes: null,
  follows: null,
  tenants: [],
  requestedBy: 'operations',
  onBehalfOf: null,
  createdAt: '2026-07-01T09:12:00.000Z',
  finishedAt: null,
}
