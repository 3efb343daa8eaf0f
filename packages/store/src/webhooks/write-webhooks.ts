import { randomBytes, randomUUID } from 'node:crypto'
import { Failure, type JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Records } from '../records.js'
import { readDelivery, readWebhook } from './read-webhooks.js'
import { previousSecretContext, secretContext, type DeliveryRow, type WebhookRow } from './webhook-row.js'

/** What of a webhook a client decides. */
export type WebhookSettings = Pick<WebhookRow, 'url' | 'description' | 'tenants' | 'eventTypes'>

/** For how long the secret before the present one signs too, in hours. */
export const previousSecretHours = 24

/** 256 random bits as the Standard Webhooks convention writes them. */
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** Makes a webhook; its secret is in the answer and nowhere else. */
export async function createWebhook(
  { database, sealer }: Records,
  settings: WebhookSettings & { createdBy: string },
): Promise<{ webhook: WebhookRow; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  await database.query(
    `INSERT INTO webhooks (id, url, description, tenants, event_types, secret, created_by)
     VALUES ($1::uuid, $2, $3, $4::text[], $5::text[], $6, $7)`,
    [
      id,
      settings.url,
      settings.description,
      settings.tenants,
      settings.eventTypes,
      sealer.seal(secret, secretContext(id)),
      settings.createdBy,
    ],
  )
  return { webhook: await mustRead(database, id), secret }
}

/** Changes a webhook; absent fields stay. One that is enabled again goes on with what it has not been sent. */
export async function updateWebhook(
  { database }: Pick<Records, 'database'>,
  id: string,
  change: Partial<WebhookSettings> & { enabled?: boolean },
): Promise<WebhookRow> {
  await database.query(
    `UPDATE webhooks SET url = coalesce($2, url), description = CASE WHEN $3 THEN $4 ELSE description END,
       tenants = coalesce($5::text[], tenants), event_types = coalesce($6::text[], event_types), updated_at = now(),
       disabled_at = CASE $7::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_at, now()) ELSE disabled_at END,
       disabled_reason = CASE $7::boolean WHEN true THEN NULL WHEN false THEN coalesce(disabled_reason, 'request') ELSE disabled_reason END
     WHERE id = $1::uuid`,
    [
      id,
      change.url ?? null,
      change.description !== undefined,
      change.description ?? null,
      change.tenants ?? null,
      change.eventTypes ?? null,
      change.enabled ?? null,
    ],
  )
  return mustRead(database, id)
}

/** Removes a webhook and what was on its way to it. */
export async function deleteWebhook({ database }: Pick<Records, 'database'>, id: string): Promise<void> {
  await database.query('DELETE FROM webhooks WHERE id = $1::uuid', [id])
}

/** Gives a webhook a new secret; the old one signs as well for {@link previousSecretHours}. */
export async function rotateWebhook(
  { database, sealer }: Records,
  id: string,
): Promise<{ webhook: WebhookRow; secret: string }> {
  const [row] = await database.query<{ secret: string }>('SELECT secret FROM webhooks WHERE id = $1::uuid FOR UPDATE', [
    id,
  ])
  if (!row) throw new Failure('not_found', 'There is nothing at this address.')
  const secret = newSecret()
  await database.query(
    `UPDATE webhooks SET secret = $2, previous_secret = $3, previous_secret_until = now() + make_interval(hours => ${previousSecretHours}),
       updated_at = now() WHERE id = $1::uuid`,
    [
      id,
      sealer.seal(secret, secretContext(id)),
      sealer.seal(sealer.open(row.secret, secretContext(id)), previousSecretContext(id)),
    ],
  )
  return { webhook: await mustRead(database, id), secret }
}

/** Puts an event of no origin on its way to a webhook, to try it. */
export async function insertTestDelivery(
  database: Database,
  webhookId: string,
  event: { type: string; body: JsonObject },
): Promise<DeliveryRow> {
  const id = randomUUID()
  await database.query(
    'INSERT INTO webhook_deliveries (id, webhook_id, type, body) VALUES ($1::uuid, $2::uuid, $3, $4::jsonb)',
    [id, webhookId, event.type, JSON.stringify(event.body)],
  )
  const row = await readDelivery(database, webhookId, id)
  if (!row) throw new Error('The delivery just made is not there.')
  return row
}

/** Sends again what was given up: one delivery, or all dead ones of a webhook. Returns how many. */
export async function redeliver(database: Database, webhookId: string, deliveryId: string | null): Promise<number> {
  const rows = await database.query(
    `UPDATE webhook_deliveries SET status = 'pending', attempts = 0, next_attempt_at = now(), finished_at = NULL
     WHERE webhook_id = $1::uuid AND (id = $2::uuid AND status <> 'pending' OR $2::uuid IS NULL AND status = 'dead') RETURNING 1 AS one`,
    [webhookId, deliveryId],
  )
  return rows.length
}

async function mustRead(database: Database, id: string): Promise<WebhookRow> {
  const row = await readWebhook(database, id, '*')
  if (!row) throw new Failure('not_found', 'There is nothing at this address.')
  return row
}
