import { randomUUID } from 'node:crypto'
import { Failure, type FindingAction } from '@edfi-tenants/core'
import type { Claim } from '../archives/write-archives.js'
import type { Database } from '../database.js'
import type { Store } from '../open-store.js'
import type { NewFinding, ReconciliationScope, ReconciliationSummary } from './reconciliation-row.js'

/** A comparison to be written together with its job. */
export interface NewReconciliation {
  id: string
  scope: ReconciliationScope
  /** The tenants it may tell of; empty: all. */
  tenants: readonly string[]
  jobId: string
  requestedBy: string
}

/** Puts a comparison on record. */
export async function insertReconciliation(
  database: Database,
  { id, scope, tenants, jobId, requestedBy }: NewReconciliation,
): Promise<void> {
  await database.query(
    'INSERT INTO reconciliations (id, scope, tenants, job_id, requested_by) VALUES ($1, $2::jsonb, $3, $4, $5)',
    [id, JSON.stringify(scope), tenants, jobId, requestedBy],
  )
}

/**
 * Writes what the job's comparison has found, in one statement, and only the first time; under the claim of the job,
 * otherwise `lease_lost`.
 */
export async function finishReconciliation(
  database: Database,
  claim: Claim,
  id: string,
  { summary, findings }: { summary: ReconciliationSummary; findings: readonly NewFinding[] },
): Promise<void> {
  const rows = await database.query(
    `WITH j AS (SELECT id FROM jobs WHERE id = $1 AND epoch = $2 AND lease_expires_at > now()),
       r AS (UPDATE reconciliations SET summary = $4::jsonb, finished_at = now() FROM j
         WHERE reconciliations.id = $3 AND finished_at IS NULL RETURNING reconciliations.id),
       inserted AS (
         INSERT INTO reconciliation_findings (id, reconciliation_id, kind, server, environment, tenant, subject, instance_id, detail, data, actions)
         SELECT f.id, r.id, f.kind, f.server, f.environment, f.tenant, f.subject, f."instanceId", f.detail, f.data, f.actions
         FROM r, jsonb_to_recordset($5::jsonb) AS f (id uuid, kind text, server text, environment text, tenant text, subject text,
           "instanceId" uuid, detail text, data jsonb, actions text[]))
     SELECT 1 AS held FROM j`,
    [
      claim.jobId,
      claim.epoch,
      id,
      JSON.stringify(summary),
      JSON.stringify(findings.map((finding) => ({ id: randomUUID(), ...finding }))),
    ],
  )
  if (rows.length === 0) throw new Failure('lease_lost', 'This worker no longer holds the job.')
}

/** Puts on record what is being done about a finding; the caller has locked it. */
export async function resolveFinding(
  database: Database,
  id: string,
  { resolution, resolvedBy, jobId }: { resolution: FindingAction; resolvedBy: string; jobId: string },
): Promise<void> {
  await database.query(
    `UPDATE reconciliation_findings SET status = 'resolved', resolution = $2, resolved_by = $3, resolved_at = now(), job_id = $4 WHERE id = $1`,
    [id, resolution, resolvedBy, jobId],
  )
}

/** How long reports can be read, in days. */
const kept = 90

/** Removes the reports of comparisons that ended long ago. */
export async function removeOldReconciliations(store: Pick<Store, 'database'>): Promise<void> {
  await store.database.query('DELETE FROM reconciliations WHERE finished_at < now() - make_interval(days => $1)', [
    kept,
  ])
}
