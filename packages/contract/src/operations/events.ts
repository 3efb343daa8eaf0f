import { eventTypes } from '@edfi-tenants/core'
import { eventPage, eventStreamQuery, jobEventsQuery, streamHeaders } from '../events.js'
import { endEventExample, eventExample } from '../examples/events.js'
import { defineOperation } from '../operation.js'
import { byId, byTenantName } from './parameters.js'

const listed = Object.entries(eventTypes)
  .map(([type, meaning]) => `- \`${type}\`: ${meaning}`)
  .join('\n')

const stream =
  'Server-sent events, each with `id`, `event` (its type) and `data` (the JSON of the schema `Event`). Send the last `id` as `Last-Event-ID`, to any process of the API, to go on behind it: nothing is skipped and nothing comes twice.'
const ending =
  'A comment every 15 seconds keeps the connection. `event: stream.end` closes it, with the reason `finished` (do not come back; a client that does gets 204), `token_expired`, or `stopping` (come back).'
const nothingMore = { description: 'It has ended, and everything was sent before `Last-Event-ID`.' }
const media = { 'text/event-stream': 'The stream.' }

/** Streams of events. */
export const eventOperations = {
  streamJobEvents: defineOperation({
    id: 'streamJobEvents',
    method: 'get',
    path: '/v1/jobs/{id}/events',
    summary: 'Follow a job',
    description: `${stream} It begins with the job’s first event and ends with the job. ${ending} With \`Accept: application/json\` the events so far come as a list.\n\nTypes:\n\n${listed}`,
    tag: 'Events',
    scope: 'read',
    params: byId,
    query: jobEventsQuery,
    headers: streamHeaders,
    responses: {
      200: {
        description: 'The stream; or a page of events in the order in which they happened.',
        schema: eventPage,
        example: { items: [eventExample, endEventExample], nextCursor: null },
        otherMedia: media,
      },
      204: nothingMore,
    },
    problems: [],
  }),
  streamBatchEvents: defineOperation({
    id: 'streamBatchEvents',
    method: 'get',
    path: '/v1/batches/{id}/events',
    summary: 'Follow a batch',
    description: `The events of all its jobs, from the first on, and \`batch.finished\` at its end. ${stream} ${ending} Visible to clients whose bound covers all tenants of the batch.`,
    tag: 'Events',
    scope: 'read',
    params: byId,
    query: eventStreamQuery,
    headers: streamHeaders,
    responses: { 200: { description: 'The stream.', otherMedia: media }, 204: nothingMore },
    problems: [],
  }),
  streamTenantEvents: defineOperation({
    id: 'streamTenantEvents',
    method: 'get',
    path: '/v1/tenants/{name}/events',
    summary: 'Follow a tenant',
    description: `The events of the tenant’s jobs, instances and batches from now on, or from behind \`Last-Event-ID\`. ${stream} ${ending}`,
    tag: 'Events',
    scope: 'read',
    params: byTenantName,
    query: eventStreamQuery,
    headers: streamHeaders,
    responses: { 200: { description: 'The stream.', otherMedia: media }, 204: nothingMore },
    problems: [],
  }),
}
