import type { RolloverPlan, RolloverRequest } from '../rollover.js'

/** Requests for a rollover. */
export const rolloverRequestExamples: Record<string, RolloverRequest> = {
  oneTenant: { tenant: 'grand-bend', fromYear: 2026, toYear: 2027, method: 'template' },
  everything: {
    fromYear: 2026,
    toYear: 2027,
    selector: { labels: { stage: 'production' } },
    skipUnmatched: true,
    method: 'clone',
    attachCredentials: true,
    after: 'stop',
    options: { canary: 2, stopAfterFailures: 10 },
  },
}

/** A plan of a rollover. */
export const rolloverPlanExample: RolloverPlan = {
  valid: true,
  operation: 'instance.create',
  fromYear: 2026,
  toYear: 2027,
  counts: { job: 1, unchanged: 0, invalid: 0 },
  instances: [
    {
      from: {
        id: '0b9f8a52-6d0f-4f0c-9a2e-3c1f0f5f7a11',
        tenant: 'grand-bend',
        name: 'Grand Bend 2026',
        displayName: 'Grand Bend ISD 2025-2026',
        databaseName: 'EdFi_Ods_grand_bend_Grand_Bend_2026',
        contexts: { schoolYearFromRoute: '2026' },
        labels: { district: '255901', schoolYear: '2026' },
      },
      to: {
        tenant: 'grand-bend',
        name: 'Grand Bend 2027',
        displayName: 'Grand Bend ISD 2026-2027',
        databaseName: 'EdFi_Ods_grand_bend_Grand_Bend_2027',
        server: 'ods-01',
        template: 'minimal',
        contexts: { schoolYearFromRoute: '2027' },
        labels: { district: '255901', schoolYear: '2027' },
      },
      outcome: 'job',
      credentials: 0,
      conflicts: [],
    },
  ],
  leftOut: { otherYears: 1, unmatched: [] },
  after: 'none',
  capacity: {
    tenants: [{ tenant: 'grand-bend', instances: 2, added: 1, maxInstances: null }],
    servers: [
      {
        server: 'ods-01',
        instances: 2,
        added: 1,
        maxInstances: null,
        jobs: 1,
        maxConcurrency: 4,
        estimatedDurationMs: 21_000,
      },
    ],
  },
  estimatedDurationMs: 21_000,
}
