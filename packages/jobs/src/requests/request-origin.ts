import type { Actor, JsonObject } from '@edfi-tenants/core'
import type { NewAuditEvent, NewJob } from '@edfi-tenants/store'

/** Who asks, and through which request; stands in the job and in the audit event. */
export interface RequestOrigin {
  actor: Actor
  requestId: string | null
  remoteAddress: string | null
  /** W3C `traceparent` of the request, where there is one. */
  traceContext?: string | null
}

/** The part of a job row that says who asked for it. */
export const askedBy = (
  origin: RequestOrigin,
): Pick<NewJob, 'requestedBy' | 'onBehalfOf' | 'requestId' | 'traceContext'> => ({
  requestedBy: origin.actor.clientId,
  onBehalfOf: origin.actor.onBehalfOf ?? null,
  requestId: origin.requestId,
  traceContext: origin.traceContext ?? null,
})

/** An audit event of something this origin asked for and was granted. */
export const accepted = (
  origin: RequestOrigin,
  action: string,
  subject: { tenant?: string | null; instanceId?: string | null; target?: string | null; details?: JsonObject },
): NewAuditEvent => ({
  actor: origin.actor.clientId,
  onBehalfOf: origin.actor.onBehalfOf ?? null,
  requestId: origin.requestId,
  remoteAddress: origin.remoteAddress,
  action,
  outcome: 'accepted',
  ...subject,
})
