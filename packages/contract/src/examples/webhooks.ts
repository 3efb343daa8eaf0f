import type { Webhook, WebhookDelivery } from '../webhooks.js'
import { endEventExample } from './events.js'

/** A webhook. */
export const webhookExample: Webhook = {
  id: '9d3f1b62-3c1e-4a7d-8b55-6f2f9d0c7a11',
  number: 3,
  url: 'https://hooks.district-255901.example.org/ed-fi',
  description: 'Portal',
  tenants: ['district-255901'],
  eventTypes: ['job.succeeded', 'job.failed', 'instance.health_changed'],
  enabled: true,
  disabledReason: null,
  previousSecretUntil: null,
  createdBy: 'portal',
  createdAt: '2026-07-01T08:30:00.000Z',
  updatedAt: '2026-07-01T08:30:00.000Z',
}

/** An event that could not be delivered. */
export const deliveryExample: WebhookDelivery = {
  id: '0c5d7f7c-55a4-4f3b-9b0e-2f6d1a7b8c90',
  type: 'job.succeeded',
  status: 'dead',
  attempts: 8,
  nextAttemptAt: null,
  lastStatusCode: 503,
  lastError: 'The receiver answered 503.',
  message: { type: 'job.succeeded', timestamp: endEventExample.at, data: endEventExample },
  createdAt: '2026-07-01T09:00:07.200Z',
  finishedAt: '2026-07-02T08:41:00.000Z',
}
