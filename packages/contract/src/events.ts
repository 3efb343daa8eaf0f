import { Type, type Static } from '@sinclair/typebox'
import { jsonObject, time, uuid } from './fields.js'
import { pageOf, pageParameters } from './paging.js'
import { closed, nullable } from './schema.js'

/** Something that happened. */
export const eventSchema = closed(
  {
    type: Type.String({ description: 'For example `job.succeeded`, `step.started`, `instance.health_changed`.' }),
    jobId: nullable(uuid(), { description: 'Null for events of instances and batches.' }),
    jobType: nullable(Type.String()),
    instanceId: nullable(uuid()),
    tenant: nullable(Type.String()),
    batchId: nullable(uuid()),
    ref: nullable(Type.String(), { description: 'The client’s own reference of a batch item.' }),
    sequence: nullable(Type.Integer({ minimum: 1 }), { description: 'Counts the events of one job.' }),
    at: time(),
    data: jsonObject({ description: 'What the type says more.' }),
  },
  { title: 'Event' },
)
export type Event = Static<typeof eventSchema>

/** `GET /v1/jobs/{id}/events` as JSON. */
export const eventPage = pageOf('EventPage', eventSchema)

const lastEventId = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 8000,
    description: 'As the header `Last-Event-ID`, for clients that cannot send it; the header goes before.',
  }),
)

/** The header with which a stream is taken up again. */
export const streamHeaders = Type.Object({
  'Last-Event-ID': Type.Optional(
    Type.String({
      maxLength: 8000,
      description: 'The `id` of the last event that was read: the stream goes on behind it.',
    }),
  ),
})

/** The query of `GET /v1/jobs/{id}/events`. */
export const jobEventsQuery = closed({
  ...pageParameters,
  lastEventId,
})

/** The query of the streams of batches and tenants. */
export const eventStreamQuery = closed({ lastEventId })
