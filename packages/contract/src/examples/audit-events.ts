import type { AuditEvent } from '../audit-events.js'
import { instanceId, jobId } from './ids.js'

/** A call that created an instance. */
export const auditEventExample: AuditEvent = {
  number: 5120,
  at: '2026-07-01T09:00:00.000Z',
  actor: 'tm-5f3c1a9e7b2d',
  onBehalfOf: null,
  action: 'createInstance',
  outcome: 'succeeded',
  tenant: 'district-255901',
  instanceId,
  target: `jobs/${jobId}`,
  requestId: '2f0e8a55-61f6-4a57-8d7b-f3f0f5d5a001',
  remoteAddress: '192.0.2.10',
  details: { name: 'Grand Bend 2026' },
}
