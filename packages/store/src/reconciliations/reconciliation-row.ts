import type { FindingAction, FindingKind, FindingStatus, JobStatus, JsonObject } from '@edfi-tenants/core'
import { isoTime } from '../jobs/job-row.js'

/** What a comparison was asked for; names as on record. */
export interface ReconciliationScope {
  tenant: string | null
  server: string | null
  environment: string | null
}

/** How far one database server or Admin API was looked at. */
export interface LookedAt {
  status: 'compared' | 'unreachable'
  /** Why it was not; null: it was. */
  reason: string | null
}

/** What was looked at, and what was found. What may not be told within the scope is null. */
export interface ReconciliationSummary {
  /** Instances compared with their databases or registrations. */
  instances: number
  /** Instances left out because a job was about them. */
  busy: number
  servers: (LookedAt & {
    name: string
    /** Databases of the server, another installation's left out. */
    databases: number | null
    /** Unmarked ones that were not opened to see whether they are an ODS, because there were too many. */
    notOpened: number | null
  })[]
  adminApis: (LookedAt & { environment: string; adminTenant: string; registrations: number | null })[]
  /** Findings by kind. */
  findings: Partial<Record<FindingKind, number>>
}

/** A comparison of database servers, Admin API and our records; its status is that of its job. */
export interface ReconciliationRow {
  id: string
  number: number
  status: JobStatus
  scope: ReconciliationScope
  /** The tenants it tells of; empty: all. */
  tenants: string[]
  jobId: string
  requestedBy: string
  /** Null until it is finished. */
  summary: ReconciliationSummary | null
  createdAt: string
  finishedAt: string | null
}

/** What a comparison has found. */
export interface NewFinding {
  kind: FindingKind
  server: string | null
  environment: string | null
  tenant: string | null
  /** The name of the database, registration or instance that it is about. */
  subject: string
  instanceId: string | null
  /** One sentence for people. */
  detail: string
  /** What resolving it needs. Never a secret. */
  data: JsonObject
  actions: FindingAction[]
}

/** A finding on record. */
export interface FindingRow extends NewFinding {
  id: string
  status: FindingStatus
  /** What was asked to be done about it; null: nothing yet. */
  resolution: FindingAction | null
  resolvedBy: string | null
  resolvedAt: string | null
  jobId: string | null
}

/** The select list that makes a {@link ReconciliationRow} of `r` joined with its job `j`. */
export const reconciliationColumns = `r.id, r.number, coalesce(j.status, 'succeeded') AS status, r.scope, r.tenants, r.job_id AS "jobId",
  r.requested_by AS "requestedBy", r.summary, ${isoTime('r.created_at')} AS "createdAt", ${isoTime('r.finished_at')} AS "finishedAt"`

/** Where {@link reconciliationColumns} come from. */
export const reconciliationTables = 'reconciliations r LEFT JOIN jobs j ON j.id = r.job_id'

/** Only clients whose bound covers the tenants of a comparison see it; one of all tenants only those bound to all. */
export const reconciliationWithin = (bound: string): string =>
  `(${bound}::text[] IS NULL OR (cardinality(r.tenants) > 0 AND NOT EXISTS (SELECT FROM unnest(r.tenants) AS t WHERE lower(t) <> ALL(${bound}))))`

/** The select list that makes a {@link FindingRow} of `f` joined with the job `j` that resolves it. */
export const findingColumns = `f.id, f.kind, f.server, f.environment, f.tenant, f.subject, f.instance_id AS "instanceId", f.detail, f.data, f.actions,
  CASE WHEN f.status = 'open' THEN 'open' WHEN j.finished_at IS NULL AND j.id IS NOT NULL THEN 'resolving'
    WHEN j.status IN ('failed', 'cancelled') THEN 'failed' ELSE 'resolved' END AS status,
  f.resolution, f.resolved_by AS "resolvedBy", ${isoTime('f.resolved_at')} AS "resolvedAt", f.job_id AS "jobId"`
