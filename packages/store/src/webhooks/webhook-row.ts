import { isoTime } from '../jobs/job-row.js'

/** Where events are sent to, as it stands in the store; without its secrets. */
export interface WebhookRow {
  id: string
  number: number
  url: string
  description: string | null
  /** Whose events; `*` alone: all, also those that are no tenant's. */
  tenants: string[]
  /** `job.failed`, `job.*` or `*`. */
  eventTypes: string[]
  previousSecretUntil: string | null
  disabledAt: string | null
  disabledReason: string | null
  createdBy: string
  createdAt: string
  updatedAt: string
}

/** How a delivery stands: under way, made, or given up. */
export const deliveryStatuses = ['pending', 'delivered', 'dead'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** One event on its way to one webhook. */
export interface DeliveryRow {
  id: string
  number: number
  webhookId: string
  type: string
  status: DeliveryStatus
  attempts: number
  /** Null once it has ended. */
  nextAttemptAt: string | null
  lastStatusCode: number | null
  lastError: string | null
  body: unknown
  createdAt: string
  finishedAt: string | null
}

export const webhookColumns = `w.id, w.number, w.url, w.description, w.tenants, w.event_types AS "eventTypes",
  ${isoTime('w.previous_secret_until')} AS "previousSecretUntil", ${isoTime('w.disabled_at')} AS "disabledAt",
  w.disabled_reason AS "disabledReason", w.created_by AS "createdBy", ${isoTime('w.created_at')} AS "createdAt", ${isoTime('w.updated_at')} AS "updatedAt"`

export const deliveryColumns = `d.id, d.number, d.webhook_id AS "webhookId", d.type, d.status, d.attempts,
  CASE WHEN d.status = 'pending' THEN ${isoTime('d.next_attempt_at')} END AS "nextAttemptAt", d.last_status_code AS "lastStatusCode",
  d.last_error AS "lastError", d.body, ${isoTime('d.created_at')} AS "createdAt", ${isoTime('d.finished_at')} AS "finishedAt"`

/** What a webhook's secret is bound to. */
export const secretContext = (id: string): string => `webhooks/${id}/secret`
/** What the secret before it is bound to. */
export const previousSecretContext = (id: string): string => `webhooks/${id}/previous_secret`
