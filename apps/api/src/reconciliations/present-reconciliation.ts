import type { Finding, Reconciliation } from '@edfi-tenants/contract'
import type { FindingRow, ReconciliationRow } from '@edfi-tenants/store'

/** A finding as clients see it. */
export const presentFinding = (row: FindingRow): Finding => {
  const odsInstanceId = row.data['odsInstanceId']
  return {
    id: row.id,
    kind: row.kind,
    server: row.server,
    environment: row.environment,
    tenant: row.tenant,
    subject: row.subject,
    instanceId: row.instanceId,
    odsInstanceId: typeof odsInstanceId === 'number' ? odsInstanceId : null,
    detail: row.detail,
    actions: row.actions,
    status: row.status,
    resolution: row.resolution,
    resolvedBy: row.resolvedBy,
    resolvedAt: row.resolvedAt,
    jobId: row.jobId,
  }
}

/** A reconciliation as clients see it in lists. */
export const presentListed = (row: ReconciliationRow): Omit<Reconciliation, 'findings'> => ({
  id: row.id,
  number: row.number,
  status: row.status,
  scope: row.scope,
  jobId: row.jobId,
  requestedBy: row.requestedBy,
  summary: row.summary,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
})

/** A reconciliation as clients see it. */
export const presentReconciliation = (row: ReconciliationRow, findings: readonly FindingRow[]): Reconciliation => ({
  ...presentListed(row),
  findings: findings.map(presentFinding),
})
