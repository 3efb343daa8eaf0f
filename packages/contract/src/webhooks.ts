import { eventTypePatterns, tenantNamePattern, type FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { eventSchema } from './events.js'
import { text, time, uuid } from './fields.js'
import { isRecord } from './is-record.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

const url = Type.String({
  format: 'uri',
  maxLength: 2000,
  pattern: '^https?://[^@#\\s]+$',
  'x-rule': 'must be an https URL without user name or fragment',
  description: 'https; http and internal addresses only where the operator has listed the host.',
})
const tenants = Type.Array(
  Type.String({
    pattern: `^\\*$|${tenantNamePattern}`,
    'x-rule': 'must be the name of a tenant, or * for every tenant',
  }),
  {
    minItems: 1,
    maxItems: 1000,
    uniqueItems: true,
    description: 'Whose events; default: all tenants that the client is bound to. `["*"]`: every one.',
  },
)
const types = Type.Array(oneOfWords(eventTypePatterns), {
  minItems: 1,
  uniqueItems: true,
  description:
    'Types, or patterns such as `job.*`; default `job.succeeded`, `job.failed`, `job.cancelled`, `instance.health_changed`, `batch.finished`.',
})

/** `POST /v1/webhooks`. */
export const webhookRequest = closed(
  {
    url,
    description: Type.Optional(text(255)),
    tenants: Type.Optional(tenants),
    eventTypes: Type.Optional(types),
  },
  { title: 'WebhookRequest' },
)
export type WebhookRequest = Static<typeof webhookRequest>

/** `PATCH /v1/webhooks/{id}`. */
export const webhookChange = closed(
  {
    url: Type.Optional(url),
    description: Type.Optional(nullable(text(255))),
    tenants: Type.Optional(tenants),
    eventTypes: Type.Optional(types),
    enabled: Type.Optional(
      Type.Boolean({
        description: 'False: nothing is sent, and nothing kept for later. True: also after the receiver was gone.',
      }),
    ),
  },
  { title: 'WebhookChange', minProperties: 1 },
)
export type WebhookChange = Static<typeof webhookChange>

const shown = {
  id: uuid(),
  number: Type.Integer({ description: 'A short number of ours, never reused.' }),
  url: Type.String(),
  description: nullable(Type.String()),
  tenants: Type.Array(Type.String()),
  eventTypes: Type.Array(Type.String()),
  enabled: Type.Boolean(),
  disabledReason: nullable(Type.String(), {
    description: '`gone`: the receiver answered 410; `request`: it was switched off.',
  }),
  previousSecretUntil: nullable(time(), { description: 'Until then the secret before the present one signs as well.' }),
  createdBy: Type.String(),
  createdAt: time(),
  updatedAt: time(),
}

/** A webhook as answered, without its secret. */
export const webhookSchema = closed(shown, { title: 'Webhook' })
export type Webhook = Static<typeof webhookSchema>

/** A webhook with its secret: the answer to its creation and to `rotate`, and never again. */
export const webhookWithSecret = closed(
  { ...shown, secret: Type.String({ description: '`whsec_…`; shown this once.' }) },
  { title: 'WebhookWithSecret' },
)

/** `GET /v1/webhooks`. */
export const webhookPage = pageOf('WebhookPage', webhookSchema)

/** The query of `GET /v1/webhooks`. */
export const webhookListQuery = listQuery({})

const deliveryStatus = oneOfWords(['pending', 'delivered', 'dead'], {
  description: '`pending`: to be sent, or to be tried again; `dead`: given up, see `redeliver`.',
})

/** What a receiver gets. */
export const webhookMessage = closed(
  {
    type: Type.String(),
    timestamp: time({ description: 'When it happened.' }),
    data: Type.Unsafe({
      anyOf: [eventSchema, closed({ webhookId: uuid() }, { description: 'Of `webhook.test`.' })],
    }),
  },
  { title: 'WebhookMessage' },
)

/** One event on its way to one webhook. */
export const deliverySchema = closed(
  {
    id: uuid({ description: 'Also the `webhook-id` of every try, with `msg_` before it.' }),
    type: Type.String(),
    status: deliveryStatus,
    attempts: Type.Integer({ minimum: 0 }),
    nextAttemptAt: nullable(time()),
    lastStatusCode: nullable(Type.Integer()),
    lastError: nullable(Type.String()),
    message: webhookMessage,
    createdAt: time(),
    finishedAt: nullable(time()),
  },
  { title: 'WebhookDelivery' },
)
export type WebhookDelivery = Static<typeof deliverySchema>

/** `GET /v1/webhooks/{id}/deliveries`, newest first. */
export const deliveryPage = pageOf('WebhookDeliveryPage', deliverySchema)

/** The query of `GET /v1/webhooks/{id}/deliveries`. */
export const deliveryListQuery = listQuery({ status: Type.Optional(deliveryStatus) })

/** A 202 of `test` and of a single `redeliver`. */
export const deliveryAccepted = closed({ delivery: deliverySchema }, { title: 'WebhookDeliveryAccepted' })

/** A 202 of the `redeliver` of all. */
export const redelivered = closed(
  { redelivered: Type.Integer({ minimum: 0, description: 'Dead deliveries that are sent again.' }) },
  { title: 'WebhookRedelivered' },
)

/** What a webhook request must also fulfil, beyond its schema: `*` stands alone. Reads anything. */
export function checkWebhookTenants(request: unknown): FieldFault[] {
  const given: unknown = isRecord(request) ? request['tenants'] : undefined
  if (!Array.isArray(given) || given.length < 2 || !given.includes('*')) return []
  return [{ pointer: '/tenants', detail: 'must be either ["*"] or names of tenants, not both' }]
}
