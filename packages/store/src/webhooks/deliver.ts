import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Records } from '../records.js'
import { previousSecretContext, secretContext } from './webhook-row.js'

/** A delivery that this process makes now. */
export interface ClaimedDelivery {
  id: string
  webhookId: string
  url: string
  body: JsonObject
  /** Tries including this one. */
  attempt: number
  /** The present one first. */
  secrets: string[]
}

/**
 * Takes deliveries that are due, at most `limit` and of one webhook at most `perWebhook`, none of those in `busy`. They
 * are due again after `leaseSeconds`, unless it was said before how they went: a worker that dies keeps none.
 */
export async function claimDeliveries(
  { database, sealer }: Pick<Records, 'database' | 'sealer'>,
  options: { limit: number; perWebhook: number; busy: readonly string[]; leaseSeconds: number },
): Promise<ClaimedDelivery[]> {
  const rows = await database.query<
    Omit<ClaimedDelivery, 'secrets'> & { secret: string; previousSecret: string | null }
  >(
    `WITH due AS (
       SELECT d.id FROM webhooks w CROSS JOIN LATERAL (
         SELECT id FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending' AND d.next_attempt_at <= now()
         ORDER BY d.next_attempt_at, d.number LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
       WHERE w.disabled_at IS NULL AND w.id <> ALL($3::uuid[]) LIMIT $1
     )
     UPDATE webhook_deliveries d SET attempts = d.attempts + 1, next_attempt_at = now() + make_interval(secs => $4)
     FROM due, webhooks w WHERE d.id = due.id AND w.id = d.webhook_id
     RETURNING d.id, d.webhook_id AS "webhookId", w.url, d.body, d.attempts AS attempt, w.secret,
       CASE WHEN w.previous_secret_until > now() THEN w.previous_secret END AS "previousSecret"`,
    [options.limit, options.perWebhook, options.busy, options.leaseSeconds],
  )
  return rows.map(({ secret, previousSecret, ...delivery }) => ({
    ...delivery,
    secrets: [
      sealer.open(secret, secretContext(delivery.webhookId)),
      ...(previousSecret === null ? [] : [sealer.open(previousSecret, previousSecretContext(delivery.webhookId))]),
    ],
  }))
}

/** How a try went: `retryInMs` null gives up. */
export type DeliveryOutcome =
  | { delivered: true; statusCode: number }
  | { delivered: false; statusCode: number | null; error: string; retryInMs: number | null }

/** Writes how a try went, unless the delivery was taken over by another process meanwhile. */
export async function settleDelivery(
  database: Database,
  { id, attempt }: Pick<ClaimedDelivery, 'id' | 'attempt'>,
  outcome: DeliveryOutcome,
): Promise<void> {
  const retryInMs = outcome.delivered ? null : outcome.retryInMs
  await database.query(
    `UPDATE webhook_deliveries SET status = $3, last_status_code = $4, last_error = $5,
       next_attempt_at = CASE WHEN $6::float8 IS NULL THEN next_attempt_at ELSE now() + make_interval(secs => $6::float8 / 1000) END,
       finished_at = CASE WHEN $6::float8 IS NULL THEN now() END
     WHERE id = $1 AND status = 'pending' AND attempts = $2`,
    [
      id,
      attempt,
      outcome.delivered ? 'delivered' : retryInMs === null ? 'dead' : 'pending',
      outcome.statusCode,
      outcome.delivered ? null : outcome.error,
      retryInMs,
    ],
  )
}

/** Switches a webhook off whose receiver said that it is gone; what was on its way is dead, and can be sent again later. */
export async function disableGoneWebhook(database: Database, webhookId: string): Promise<void> {
  await database.query(
    `WITH gone AS (
       UPDATE webhooks SET disabled_at = now(), disabled_reason = 'gone', updated_at = now() WHERE id = $1 AND disabled_at IS NULL RETURNING id
     )
     UPDATE webhook_deliveries d SET status = 'dead', finished_at = now(), last_error = 'The receiver is gone (410).'
     FROM gone WHERE d.webhook_id = gone.id AND d.status = 'pending'`,
    [webhookId],
  )
}
