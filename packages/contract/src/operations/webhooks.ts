import { deliveryExample, webhookExample } from '../examples/webhooks.js'
import { uuid } from '../fields.js'
import { defineOperation } from '../operation.js'
import { closed } from '../schema.js'
import {
  checkWebhookTenants,
  deliveryAccepted,
  deliveryListQuery,
  deliveryPage,
  deliverySchema,
  redelivered,
  webhookChange,
  webhookListQuery,
  webhookPage,
  webhookRequest,
  webhookSchema,
  webhookWithSecret,
} from '../webhooks.js'
import { acceptedHeaders, byId } from './parameters.js'

const byDelivery = closed({ id: uuid(), deliveryId: uuid() })
const found = { description: 'The webhook.', schema: webhookSchema, example: webhookExample }
const withSecret = {
  schema: webhookWithSecret,
  example: { ...webhookExample, secret: 'whsec_c2hvd24tb25jZS1rZWVwLWl0LXdlbGw=' },
}
const ofOne = { tag: 'Webhooks', scope: 'tenants:manage', params: byId } as const

/** `/v1/webhooks`. A client sees those whose tenants all lie within its bound. */
export const webhookOperations = {
  createWebhook: defineOperation({
    id: 'createWebhook',
    method: 'post',
    path: '/v1/webhooks',
    summary: 'Add a webhook',
    description:
      'Events are sent by POST, signed by the [Standard Webhooks](https://www.standardwebhooks.com) convention with the secret in the answer, which is shown this once. Each comes at least once, not always in order: repeats have the same `webhook-id`. What is not answered 2xx within 15 seconds is tried 8 times over about a day.',
    tag: 'Webhooks',
    scope: 'tenants:manage',
    body: webhookRequest,
    bodyExamples: {
      short: { url: 'https://hooks.example.org/ed-fi' },
      chosen: { url: 'https://hooks.example.org/ed-fi', tenants: ['district-255901'], eventTypes: ['job.*'] },
    },
    check: checkWebhookTenants,
    idempotent: true,
    responses: {
      201: { description: 'The webhook and its secret.', ...withSecret, headers: ['Location', 'Cache-Control'] },
    },
    problems: ['target_host_refused', 'outside_grant'],
  }),
  listWebhooks: defineOperation({
    id: 'listWebhooks',
    method: 'get',
    path: '/v1/webhooks',
    summary: 'List webhooks',
    tag: 'Webhooks',
    scope: 'tenants:manage',
    query: webhookListQuery,
    responses: {
      200: {
        description: 'A page of webhooks, newest first.',
        schema: webhookPage,
        example: { items: [webhookExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getWebhook: defineOperation({
    id: 'getWebhook',
    method: 'get',
    path: '/v1/webhooks/{id}',
    summary: 'Get a webhook',
    ...ofOne,
    responses: { 200: found },
    problems: [],
  }),
  updateWebhook: defineOperation({
    id: 'updateWebhook',
    method: 'patch',
    path: '/v1/webhooks/{id}',
    summary: 'Change a webhook',
    ...ofOne,
    body: webhookChange,
    bodyExamples: { types: { eventTypes: ['job.failed'] }, off: { enabled: false } },
    check: checkWebhookTenants,
    responses: { 200: found },
    problems: ['target_host_refused', 'outside_grant'],
  }),
  deleteWebhook: defineOperation({
    id: 'deleteWebhook',
    method: 'delete',
    path: '/v1/webhooks/{id}',
    summary: 'Remove a webhook',
    description: 'With its deliveries; what has not been sent is not sent.',
    ...ofOne,
    idempotent: true,
    responses: { 204: { description: 'Removed.' } },
    problems: [],
  }),
  rotateWebhook: defineOperation({
    id: 'rotateWebhook',
    method: 'post',
    path: '/v1/webhooks/{id}/rotate',
    summary: 'Give a webhook a new secret',
    description: 'For 24 hours messages are signed with both, so that receivers can change over.',
    ...ofOne,
    idempotent: true,
    responses: { 200: { description: 'The webhook and its new secret.', ...withSecret, headers: ['Cache-Control'] } },
    problems: [],
  }),
  testWebhook: defineOperation({
    id: 'testWebhook',
    method: 'post',
    path: '/v1/webhooks/{id}/test',
    summary: 'Try a webhook',
    description: 'Sends `webhook.test`; how it went stands in the deliveries.',
    ...ofOne,
    idempotent: true,
    responses: {
      202: {
        description: 'What is sent.',
        schema: deliveryAccepted,
        headers: acceptedHeaders,
        example: {
          delivery: {
            ...deliveryExample,
            type: 'webhook.test',
            status: 'pending',
            attempts: 0,
            message: {
              type: 'webhook.test',
              timestamp: deliveryExample.createdAt,
              data: { webhookId: webhookExample.id },
            },
          },
        },
      },
    },
    problems: [],
  }),
  listWebhookDeliveries: defineOperation({
    id: 'listWebhookDeliveries',
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries',
    summary: 'List what was, or is to be, sent',
    description: 'Newest first. `status=dead` is what was given up.',
    ...ofOne,
    query: deliveryListQuery,
    responses: {
      200: {
        description: 'A page of deliveries.',
        schema: deliveryPage,
        example: { items: [deliveryExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getWebhookDelivery: defineOperation({
    id: 'getWebhookDelivery',
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}',
    summary: 'Get one delivery',
    ...ofOne,
    params: byDelivery,
    responses: { 200: { description: 'The delivery.', schema: deliverySchema, example: deliveryExample } },
    problems: [],
  }),
  redeliverWebhookDelivery: defineOperation({
    id: 'redeliverWebhookDelivery',
    method: 'post',
    path: '/v1/webhooks/{id}/deliveries/{deliveryId}/redeliver',
    summary: 'Send one event again',
    description: 'Under the same `webhook-id`, whether it had been delivered or given up.',
    ...ofOne,
    params: byDelivery,
    idempotent: true,
    responses: {
      202: {
        description: 'It is sent again.',
        schema: deliveryAccepted,
        headers: acceptedHeaders,
        example: { delivery: { ...deliveryExample, status: 'pending', attempts: 0 } },
      },
    },
    problems: [],
  }),
  redeliverWebhook: defineOperation({
    id: 'redeliverWebhook',
    method: 'post',
    path: '/v1/webhooks/{id}/redeliver',
    summary: 'Send everything again that was given up',
    ...ofOne,
    idempotent: true,
    responses: {
      202: {
        description: 'How many.',
        schema: redelivered,
        example: { redelivered: 12 },
        headers: acceptedHeaders,
      },
    },
    problems: [],
  }),
}
