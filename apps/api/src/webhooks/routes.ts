import { operations, pathOf } from '@edfi-tenants/contract'
import { defaultEventTypes, Failure, isWithinBound, type Actor, type JsonObject } from '@edfi-tenants/core'
import {
  createWebhook,
  deleteWebhook,
  insertTestDelivery,
  listDeliveries,
  listWebhooks,
  readDelivery,
  readWebhook,
  redeliver,
  rotateWebhook,
  updateWebhook,
  type Database,
  type DeliveryRow,
  type WebhookRow,
} from '@edfi-tenants/store'
import { created, noContent, ok } from '../http/answer.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { assertWebhookUrl } from './assert-webhook-url.js'
import { presentDelivery, presentWebhook } from './present-webhook.js'

const noStore = { 'Cache-Control': 'no-store' }
/** Seconds: a worker sends at its next sweep. */
const soon = { 'Retry-After': '2' }

const accepted = (delivery: DeliveryRow) => ({
  status: 202 as const,
  headers: {
    ...soon,
    Location: pathOf(operations.getWebhookDelivery, { id: delivery.webhookId, deliveryId: delivery.id }),
  },
  body: { delivery: presentDelivery(delivery) },
})

/** `/v1/webhooks`. The URL may hold a secret of the receiver's, so it is not kept in audit events; its host is. */
export const webhookRoutes = (parts: Parts): Route[] => [
  route(operations.createWebhook, async (call) => {
    const { url, description = null, eventTypes = [...defaultEventTypes] } = call.body
    const tenants = call.body.tenants ?? (call.actor.tenants === '*' ? ['*'] : [...call.actor.tenants])
    assertOwn(call.actor, tenants)
    await assertWebhookUrl(parts.webhookTargets, url)
    return changeWith(parts.store, call, async (records) => {
      const made = { url, description, tenants, eventTypes, createdBy: call.actor.clientId }
      const { webhook, secret } = await createWebhook(records, made)
      return {
        answer: created(
          pathOf(operations.getWebhook, { id: webhook.id }),
          { ...presentWebhook(webhook), secret },
          noStore,
        ),
        audit: subject(webhook, { tenants, eventTypes }),
      }
    })
  }),

  route(operations.listWebhooks, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listWebhooks(parts.store.database, page)
    return ok(pageOfRows(rows, query, presentWebhook, (row) => row.number))
  }),

  route(operations.getWebhook, async ({ actor, params }) =>
    ok(presentWebhook(await readVisible(parts.store.database, actor, params.id))),
  ),

  route(operations.updateWebhook, async (call) => {
    const { actor, body, params } = call
    // Whoever may not see it learns nothing about hosts either.
    await readVisible(parts.store.database, actor, params.id)
    if (body.tenants) assertOwn(actor, body.tenants)
    if (body.url !== undefined) await assertWebhookUrl(parts.webhookTargets, body.url)
    return changeWith(parts.store, call, async (records) => {
      await readVisible(records.database, actor, params.id)
      const webhook = await updateWebhook(records, params.id, body)
      return { answer: ok(presentWebhook(webhook)), audit: subject(webhook, { fields: Object.keys(body) }) }
    })
  }),

  route(operations.deleteWebhook, (call) =>
    changeWith(parts.store, call, async (records) => {
      const webhook = await readVisible(records.database, call.actor, call.params.id)
      await deleteWebhook(records, webhook.id)
      return { answer: noContent, audit: subject(webhook) }
    }),
  ),

  route(operations.rotateWebhook, (call) =>
    changeWith(parts.store, call, async (records) => {
      await readVisible(records.database, call.actor, call.params.id)
      const { webhook, secret } = await rotateWebhook(records, call.params.id)
      return { answer: ok({ ...presentWebhook(webhook), secret }, noStore), audit: subject(webhook) }
    }),
  ),

  route(operations.testWebhook, (call) =>
    changeWith(parts.store, call, async (records) => {
      const webhook = await readVisible(records.database, call.actor, call.params.id)
      const body = { type: 'webhook.test', timestamp: new Date().toISOString(), data: { webhookId: webhook.id } }
      const delivery = await insertTestDelivery(records.database, webhook.id, { type: body.type, body })
      return {
        answer: accepted(delivery),
        audit: subject(webhook),
      }
    }),
  ),

  route(operations.listWebhookDeliveries, async ({ actor, params, query }) => {
    const { database } = parts.store
    const { id } = await readVisible(database, actor, params.id)
    const page = { before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listDeliveries(database, id, query.status === undefined ? {} : { status: query.status }, page)
    return ok(pageOfRows(rows, query, presentDelivery, (row) => row.number))
  }),

  route(operations.getWebhookDelivery, async ({ actor, params }) => {
    const { database } = parts.store
    const { id } = await readVisible(database, actor, params.id)
    return ok(presentDelivery(found(await readDelivery(database, id, params.deliveryId))))
  }),

  route(operations.redeliverWebhookDelivery, (call) =>
    changeWith(parts.store, call, async (records) => {
      const webhook = await readVisible(records.database, call.actor, call.params.id)
      const { deliveryId } = call.params
      await redeliver(records.database, webhook.id, deliveryId)
      const delivery = found(await readDelivery(records.database, webhook.id, deliveryId))
      return {
        answer: accepted(delivery),
        audit: subject(webhook, { delivery: deliveryId }),
      }
    }),
  ),

  route(operations.redeliverWebhook, (call) =>
    changeWith(parts.store, call, async (records) => {
      const webhook = await readVisible(records.database, call.actor, call.params.id)
      const redelivered = await redeliver(records.database, webhook.id, null)
      return {
        answer: {
          status: 202 as const,
          headers: { ...soon, Location: pathOf(operations.listWebhookDeliveries, { id: webhook.id }) },
          body: { redelivered },
        },
        audit: subject(webhook, { redelivered }),
      }
    }),
  ),
]

const readVisible = async (database: Database, actor: Actor, id: string): Promise<WebhookRow> =>
  found(await readWebhook(database, id, actor.tenants))

const subject = (webhook: WebhookRow, details: JsonObject = {}) => ({
  target: webhook.id,
  tenant: webhook.tenants.length === 1 && webhook.tenants[0] !== '*' ? (webhook.tenants[0] ?? null) : null,
  details: { host: new URL(webhook.url).host, ...details },
})

/** Nobody is sent what the client may not see itself. */
function assertOwn({ tenants: bound }: Actor, tenants: readonly string[]): void {
  const lacking = tenants.filter((tenant) => (tenant === '*' ? bound !== '*' : !isWithinBound(bound, tenant)))
  if (lacking.length > 0) throw new Failure('outside_grant', `Your client does not have: ${lacking.join(', ')}.`)
}
