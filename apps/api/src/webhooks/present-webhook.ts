import type { Webhook, WebhookDelivery } from '@edfi-tenants/contract'
import type { DeliveryRow, WebhookRow } from '@edfi-tenants/store'

/** A webhook as clients see it. */
export const presentWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  number: row.number,
  url: row.url,
  description: row.description,
  tenants: row.tenants,
  eventTypes: row.eventTypes,
  enabled: row.disabledAt === null,
  disabledReason: row.disabledReason,
  previousSecretUntil: row.previousSecretUntil,
  createdBy: row.createdBy,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

/** A delivery as clients see it. */
export const presentDelivery = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  type: row.type,
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.nextAttemptAt,
  lastStatusCode: row.lastStatusCode,
  lastError: row.lastError,
  message: row.body as WebhookDelivery['message'],
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
})
