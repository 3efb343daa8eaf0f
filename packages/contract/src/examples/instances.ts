import type { Instance, InstancePlan, InstanceRequest } from '../instances.js'
import { applicationRequestExample } from './credentials.js'
import { instanceId, jobId } from './ids.js'

const usual: InstanceRequest = {
  tenant: 'district-255901',
  name: 'Grand Bend 2026',
  template: 'minimal',
  contexts: { schoolYearFromRoute: '2026' },
  labels: { district: '255901', schoolYear: '2026', stage: 'production' },
}

/** Requests for an instance: what is usual, and as little as there can be. */
export const instanceRequestExamples = {
  usual,
  short: { tenant: 'district-255901', name: 'Grand Bend 2027' },
  withApplication: { ...usual, applications: [applicationRequestExample] },
}

/** The instance right after the request. */
export const newInstanceExample: Instance = {
  id: instanceId,
  number: 42,
  tenant: 'district-255901',
  name: 'Grand Bend 2026',
  displayName: null,
  status: 'provisioning',
  statusReason: null,
  instanceType: 'ods',
  contexts: { schoolYearFromRoute: '2026' },
  labels: { district: '255901', schoolYear: '2026', stage: 'production' },
  environment: 'production',
  server: 'postgres-01',
  template: { name: 'minimal', version: null },
  databaseName: 'EdFi_Ods_district_255901_Grand_Bend_2026',
  odsInstanceId: null,
  odsVersion: null,
  dataStandard: null,
  origin: 'created',
  sourceInstanceId: null,
  derivatives: [],
  endpoints: {},
  deletionProtection: false,
  health: { status: 'unknown', checkedAt: null },
  activeJobId: jobId,
  createdAt: '2026-07-01T09:00:00.000Z',
  updatedAt: '2026-07-01T09:00:00.000Z',
  deletedAt: null,
  purgeAt: null,
  expiresAt: null,
}

/** The same once its job has succeeded. */
export const activeInstanceExample: Instance = {
  ...newInstanceExample,
  status: 'active',
  odsInstanceId: 17,
  odsVersion: '7.3',
  dataStandard: '5.2.0',
  activeJobId: null,
  updatedAt: '2026-07-01T09:00:14.000Z',
}

/** The plan of the usual request. */
export const instancePlanExample: InstancePlan = {
  valid: true,
  steps: ['reserve-name', 'create-database', 'seed', 'verify-database', 'register', 'verify-registration'],
  names: {
    name: 'Grand Bend 2026',
    databaseName: 'EdFi_Ods_district_255901_Grand_Bend_2026',
    server: 'postgres-01',
    template: 'minimal',
    environment: 'production',
    tenant: 'district-255901',
    instanceType: 'ods',
  },
  conflicts: [],
  interruption: null,
  estimatedDurationMs: 14_000,
}
