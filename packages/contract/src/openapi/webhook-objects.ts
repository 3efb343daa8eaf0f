import { eventTypes, type EventType } from '@edfi-tenants/core'
import { endEventExample, exampleOfEvent } from '../examples/events.js'
import { webhookExample } from '../examples/webhooks.js'
import { webhookMessage } from '../webhooks.js'
import type { Components } from './components.js'

/**
 * What is sent to the addresses of webhooks, as the `webhooks` of an OpenAPI document: a path item per type of event,
 * and one for `webhook.test`. Headers by the Standard Webhooks convention
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
export function webhookObjects(components: Components): Record<string, unknown> {
  const schema = components.place(webhookMessage, 'response')
  const item = (type: string, description: string, data: object) => ({
    post: {
      operationId: `on ${type}`.replaceAll(/[ ._-]+(\w)/g, (_, letter: string) => letter.toUpperCase()),
      summary: type,
      description,
      tags: ['Webhooks'],
      security: [],
      parameters,
      requestBody: {
        required: true,
        content: { 'application/json': { schema, example: { type, timestamp: endEventExample.at, data } } },
      },
      responses,
    },
  })
  const events = Object.entries(eventTypes).map(([type, description]): [string, unknown] => [
    type,
    item(type, description, exampleOfEvent(type as EventType)),
  ])
  const test = item('webhook.test', 'Sent when `POST /v1/webhooks/{id}/test` asks for it.', {
    webhookId: webhookExample.id,
  })
  return { ...Object.fromEntries(events), 'webhook.test': test }
}

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  example,
  schema: { type: 'string' },
})
const parameters = [
  header(
    'webhook-id',
    'The same at every try: remember the last ones, and leave out what came already.',
    'msg_0c5d7f7c-55a4-4f3b-9b0e-2f6d1a7b8c90',
  ),
  header(
    'webhook-timestamp',
    'When it is sent, in seconds since 1970: refuse what is older than five minutes.',
    '1782896407',
  ),
  header(
    'webhook-signature',
    'One or, while a secret is being replaced, two of `v1,<base64 HMAC-SHA256>` over id, timestamp and body.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
]
const responses = {
  '2XX': { description: 'Taken. Answer within 15 seconds, and do the work afterwards.' },
  '410': { description: 'The receiver is gone: the webhook is switched off.' },
  default: { description: 'Failed, redirects too: tried again, 8 times over about a day.' },
}
