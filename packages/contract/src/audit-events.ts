import { Type, type Static } from '@sinclair/typebox'
import { jsonObject, tenantName, text, time, uuid } from './fields.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

/** How an audited call ended. `refused`: by authorisation or a rule; `failed`: by an error. */
export const auditOutcomes = ['accepted', 'succeeded', 'refused', 'failed'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** One audited call. The order of these fields is the order of the CSV columns. */
export const auditEventSchema = closed(
  {
    number: Type.Integer({ description: 'Counts up; later events have higher numbers.' }),
    at: time(),
    actor: Type.String({ description: 'Client id of who asked.' }),
    onBehalfOf: nullable(Type.String()),
    action: Type.String({ description: 'What was asked: usually the operation’s id, for example `createInstance`.' }),
    outcome: oneOfWords(auditOutcomes),
    tenant: nullable(Type.String()),
    instanceId: nullable(uuid()),
    target: nullable(Type.String({ description: 'What it was asked of, for example `environments/default`.' })),
    requestId: nullable(Type.String()),
    remoteAddress: nullable(Type.String()),
    details: nullable(jsonObject()),
  },
  { title: 'AuditEvent' },
)
export type AuditEvent = Static<typeof auditEventSchema>

/** `GET /v1/audit-events`. */
export const auditEventPage = pageOf('AuditEventPage', auditEventSchema)
export type AuditEventPage = Static<typeof auditEventPage>

/** The query of `GET /v1/audit-events`; newest first. */
export const auditEventListQuery = listQuery({
  tenant: Type.Optional(tenantName()),
  instanceId: Type.Optional(uuid()),
  actor: Type.Optional(text(600)),
  action: Type.Optional(text(100)),
  outcome: Type.Optional(oneOfWords(auditOutcomes)),
  from: Type.Optional(time({ description: 'Not before this moment.' })),
  to: Type.Optional(time({ description: 'Before this moment.' })),
})

/** The columns of the CSV, in order. */
export const auditEventColumns = Object.keys(auditEventSchema.properties) as (keyof AuditEvent)[]
