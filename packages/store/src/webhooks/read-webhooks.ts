import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import { deliveryColumns, webhookColumns, type DeliveryRow, type WebhookRow } from './webhook-row.js'

/** Only clients whose bound covers all tenants of a webhook see it. */
const withinBound = (bound: string): string =>
  `(${bound}::text[] IS NULL OR NOT EXISTS (SELECT FROM unnest(w.tenants) AS t WHERE lower(t) <> ALL(${bound}::text[])))`

/** One webhook; null when there is none within the bound. */
export async function readWebhook(database: Database, id: string, bound: Bound): Promise<WebhookRow | null> {
  const [row] = await database.query<WebhookRow>(
    `SELECT ${webhookColumns} FROM webhooks w WHERE w.id = $1::uuid AND ${withinBound('$2')}`,
    [id, boundParameter(bound)],
  )
  return row ?? null
}

/** Webhooks newest first, from below a number on. */
export function listWebhooks(
  database: Database,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<WebhookRow[]> {
  return database.query<WebhookRow>(
    `SELECT ${webhookColumns} FROM webhooks w WHERE ($1::integer IS NULL OR w.number < $1) AND ${withinBound('$3')}
     ORDER BY w.number DESC LIMIT $2`,
    [page.before, page.limit, boundParameter(page.bound)],
  )
}

/** Deliveries to a webhook, newest first, from below a number on. */
export function listDeliveries(
  database: Database,
  webhookId: string,
  filter: { status?: string },
  page: { before: number | null; limit: number },
): Promise<DeliveryRow[]> {
  return database.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries d
     WHERE d.webhook_id = $1::uuid AND ($2::integer IS NULL OR d.number < $2) AND ($3::text IS NULL OR d.status = $3)
     ORDER BY d.number DESC LIMIT $4`,
    [webhookId, page.before, filter.status ?? null, page.limit],
  )
}

/** One delivery to a webhook; null when there is none. */
export async function readDelivery(database: Database, webhookId: string, id: string): Promise<DeliveryRow | null> {
  const [row] = await database.query<DeliveryRow>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries d WHERE d.webhook_id = $1::uuid AND d.id = $2::uuid`,
    [webhookId, id],
  )
  return row ?? null
}
