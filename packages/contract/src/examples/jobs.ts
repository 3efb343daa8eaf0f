import type { Job, Step } from '../jobs.js'
import { instanceId, jobId } from './ids.js'

const pending = (name: string): Step => ({
  name,
  status: 'pending',
  attempts: 0,
  startedAt: null,
  finishedAt: null,
  durationMs: null,
  detail: null,
  error: null,
})

const succeeded = (name: string, second: number, detail: string | null = null): Step => ({
  name,
  status: 'succeeded',
  attempts: 1,
  startedAt: `2026-07-01T09:00:0${second}.000Z`,
  finishedAt: `2026-07-01T09:00:0${second}.800Z`,
  durationMs: 800,
  detail,
  error: null,
})

/** A job that creates an instance, just accepted. */
export const createInstanceJobExample: Job = {
  id: jobId,
  number: 1042,
  type: 'instance.create',
  status: 'queued',
  waitingFor: null,
  progress: 0,
  tenant: 'district-255901',
  instanceId,
  batchId: null,
  ref: null,
  attempt: 1,
  steps: [
    'reserve-name',
    'create-database',
    'seed',
    'verify-database',
    'register',
    'verify-registration',
    'notify-ods-api',
    'issue-credentials',
  ].map(pending),
  error: null,
  outcome: null,
  result: null,
  requestedBy: 'onboarding',
  onBehalfOf: null,
  createdAt: '2026-07-01T09:00:00.000Z',
  startedAt: null,
  finishedAt: null,
}

/** The same at its end. */
export const finishedJobExample: Job = {
  ...createInstanceJobExample,
  status: 'succeeded',
  progress: 100,
  steps: [
    succeeded('reserve-name', 1),
    succeeded('create-database', 2, 'Copied EdFi_Ods_Minimal_Template.'),
    { ...pending('seed'), status: 'skipped', detail: 'No seed bundles were asked for.' },
    succeeded('verify-database', 4),
    succeeded('register', 5, 'Registered as ODS instance 17.'),
    succeeded('verify-registration', 6),
    succeeded('notify-ods-api', 6, 'published, 2 subscribers'),
    { ...pending('issue-credentials'), status: 'skipped', detail: 'No applications were asked for.' },
  ],
  outcome: { instanceUsable: true, repeatable: false, compensation: 'none', leftovers: [] },
  result: { odsInstanceId: 17 },
  startedAt: '2026-07-01T09:00:00.400Z',
  finishedAt: '2026-07-01T09:00:06.900Z',
}

/** A job that changes what is registered. */
export const updateInstanceJobExample: Job = {
  ...createInstanceJobExample,
  id: '0d9fbc1e-2f3f-4a53-9a80-5b7ce0d6f6a4',
  number: 1043,
  type: 'instance.update',
  steps: ['update-registration', 'verify-registration', 'notify-ods-api'].map(pending),
}

const withoutInstance = { tenant: null, instanceId: null }

/** A job that tests a database server. */
export const serverTestJobExample: Job = {
  ...createInstanceJobExample,
  ...withoutInstance,
  id: '3b1c8f8e-9f0c-4f0c-9a35-7a51b2c3d4e5',
  number: 1044,
  type: 'server.test',
  steps: [pending('test-server')],
}

/** A job that tests an environment. */
export const environmentTestJobExample: Job = {
  ...createInstanceJobExample,
  ...withoutInstance,
  id: '5a0e7f4b-1c2d-4e3f-8a9b-0c1d2e3f4a5b',
  number: 1045,
  type: 'environment.test',
  steps: [pending('test-environment')],
}

/** A job that makes a tenant's Admin and Security databases. */
export const provisionTenantJobExample: Job = {
  ...createInstanceJobExample,
  instanceId: null,
  id: '8c2d1e0f-4b5a-4c6d-9e7f-a0b1c2d3e4f5',
  number: 1046,
  type: 'tenant.provision',
  steps: ['reserve-databases', 'create-admin-database', 'create-security-database', 'verify-databases'].map(pending),
}
