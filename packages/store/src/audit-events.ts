import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from './database.js'
import { isoTime } from './jobs/job-row.js'

/** Something that was changed, revealed or refused; kept for ever, in no relation to what it speaks of. */
export interface NewAuditEvent {
  actor: string
  onBehalfOf?: string | null
  /** For example `instance.create`. */
  action: string
  outcome: 'accepted' | 'refused' | 'succeeded' | 'failed'
  tenant?: string | null
  instanceId?: string | null
  /** What it was done to, in words: a name or an id. */
  target?: string | null
  requestId?: string | null
  remoteAddress?: string | null
  /** Never a secret. */
  details?: JsonObject | null
}

export interface AuditEventRow extends Required<NewAuditEvent> {
  id: number
  at: string
}

export interface AuditFilter {
  tenant?: string
  instanceId?: string
  actor?: string
  action?: string
  outcome?: string
  from?: string
  to?: string
}

/** The rows of audit events, for use in a larger statement; `parameter` is bound to a JSON array of them. */
export const insertAuditEvents = (parameter: string): string => `
  INSERT INTO audit_events (actor, on_behalf_of, action, outcome, tenant, instance_id, target, request_id, remote_address, details)
  SELECT actor, "onBehalfOf", action, outcome, tenant, "instanceId", target, "requestId", "remoteAddress", details
  FROM jsonb_to_recordset(${parameter}::jsonb) AS a (actor text, "onBehalfOf" text, action text, outcome text, tenant text,
    "instanceId" uuid, target text, "requestId" text, "remoteAddress" text, details jsonb)`

/** Records events. They can be neither changed nor removed afterwards. */
export async function appendAuditEvents(database: Database, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length > 0) await database.query(insertAuditEvents('$1'), [JSON.stringify(events)])
}

/** Events newest first; `tenants` limits them to those a client may see (`*`: all, also those without tenant). */
export function listAuditEvents(
  database: Database,
  filter: AuditFilter,
  page: { tenants: '*' | readonly string[]; before: number | null; limit: number },
): Promise<AuditEventRow[]> {
  return database.query<AuditEventRow>(
    `SELECT id::float8 AS id, ${isoTime('at')} AS at, actor, on_behalf_of AS "onBehalfOf", action, outcome, tenant, instance_id AS "instanceId",
       target, request_id AS "requestId", remote_address AS "remoteAddress", details
     FROM audit_events
     WHERE ($1::text[] IS NULL OR lower(tenant) = ANY($1)) AND ($2::bigint IS NULL OR id < $2)
       AND ($4::text IS NULL OR lower(tenant) = lower($4)) AND ($5::uuid IS NULL OR instance_id = $5) AND ($6::text IS NULL OR actor = $6)
       AND ($7::text IS NULL OR action = $7) AND ($8::text IS NULL OR outcome = $8)
       AND ($9::timestamptz IS NULL OR at >= $9) AND ($10::timestamptz IS NULL OR at < $10)
     ORDER BY audit_events.id DESC LIMIT $3`,
    [
      page.tenants === '*' ? null : page.tenants.map((tenant) => tenant.toLowerCase()),
      page.before,
      page.limit,
      filter.tenant ?? null,
      filter.instanceId ?? null,
      filter.actor ?? null,
      filter.action ?? null,
      filter.outcome ?? null,
      filter.from ?? null,
      filter.to ?? null,
    ],
  )
}
