import type { Archive } from '../archives.js'
import type { Job } from '../jobs.js'
import { instanceId, jobId } from './ids.js'
import { createInstanceJobExample } from './jobs.js'

/** The archive of all examples. */
export const archiveId = '0c4f8c7e-8f0a-4a52-9c4f-2a9e6f3b7d10'

/** An archive of the instance of all examples. */
export const archiveExample: Archive = {
  id: archiveId,
  number: 7,
  tenant: 'district-255901',
  instanceId,
  status: 'available',
  reason: 'requested',
  durability: 'off_server',
  format: 'pg_dump',
  server: 'postgres-01',
  sizeBytes: 18_874_368,
  checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  source: { id: instanceId, name: 'Grand Bend 2026', template: 'minimal', odsVersion: '7.3' },
  counts: { mode: 'exact', counts: { students: 21_628, schools: 3 }, after: null, odsVersion: '7.3' },
  legalHold: false,
  expiresAt: null,
  verifiedAt: null,
  verification: { readBack: true, restored: false },
  jobId,
  createdAt: '2026-07-01T09:00:00.000Z',
  finishedAt: '2026-07-01T09:00:42.000Z',
  deletedAt: null,
}

/** A job of the instance with one step or more, just accepted. */
export const queuedJobExample = (type: string, ...steps: string[]): Job => ({
  ...createInstanceJobExample,
  type,
  steps: steps.map((name) => ({
    name,
    status: 'pending',
    attempts: 0,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    detail: null,
    error: null,
  })),
})
