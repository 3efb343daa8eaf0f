import {
  finishReconciliation,
  readAdminApisToCompare,
  readOnRecord,
  readServersToCompare,
  type NewFinding,
  type RecordedInstance,
  type ReconciliationSummary,
} from '@edfi-tenants/store'
import type { FindingKind } from '@edfi-tenants/core'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { findingOf } from '../health/finding-of.js'
import { lookAtAdminApi } from '../reconciliation/look-at-admin-api.js'
import { lookAtServer } from '../reconciliation/look-at-server.js'
import { covers, tellsOfDatabases, tellsOfRegistrations, type ReconcileParameters } from '../reconciliation/scope.js'

/**
 * Compares the database servers and Admin APIs of its scope with what is on record, one after the other, and writes the
 * findings. What does not answer is said to, and nothing of it is taken for missing. Changes nothing but the report.
 */
export const reconcile = defineStep({
  name: 'reconcile',
  timeoutMs: 2 * 60 * 60_000,
  async run(context) {
    const { job, store, ownership, fence } = context
    const scope = job.parameters as unknown as ReconcileParameters
    const records = await readOnRecord(store.database)
    const covered = [...records.instances.values()].filter((each) => covers(scope, each) && isCompared(each))
    const findings: NewFinding[] = []
    const servers = await compareServers(context, scope, covered, findings)
    context.progress(50)
    const adminApis = await compareAdminApis(context, scope, covered, findings)
    const byKind: Partial<Record<FindingKind, number>> = {}
    for (const { kind } of findings) byKind[kind] = (byKind[kind] ?? 0) + 1
    const busy = covered.filter((each) => each.busy).length
    const summary: ReconciliationSummary = {
      instances: covered.length - busy,
      busy,
      servers,
      adminApis,
      findings: byKind,
    }
    await fence()
    const claim = { jobId: job.id, epoch: ownership.epoch }
    await finishReconciliation(store.database, claim, scope.reconciliationId, { summary, findings })
    const silent = [...servers, ...adminApis].filter(({ status }) => status === 'unreachable').length
    return {
      result: { reconciliationId: scope.reconciliationId, findings: findings.length, unreachable: silent },
      detail: `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}${silent > 0 ? `; ${silent} of what was to be compared did not answer` : ''}.`,
    }
  },
})

const isCompared = ({ status }: RecordedInstance): boolean =>
  status === 'active' || status === 'stopped' || status === 'deleted'

async function compareServers(
  context: StepContext,
  scope: ReconcileParameters,
  covered: readonly RecordedInstance[],
  findings: NewFinding[],
): Promise<ReconciliationSummary['servers']> {
  const all = await readServersToCompare(context.store.database, scope.server)
  const tells = tellsOfDatabases(scope)
  const servers = tells ? all : all.filter(({ id }) => covered.some(({ serverId }) => serverId === id))
  const seen: ReconciliationSummary['servers'] = []
  for (const { id, name, workerPool } of servers) {
    if (workerPool !== context.job.workerPool) {
      const reason = `Workers of the pool "${workerPool}" reach it; ask for it alone, by its name in "server".`
      seen.push({ name, status: 'unreachable', reason, databases: null, notOpened: null })
      continue
    }
    try {
      const found = await lookAtServer(context, id, {
        covers: (instance) => covers(scope, instance),
        tellsOfDatabases: tells,
        opensUnmarked: tells,
      })
      findings.push(...found.findings)
      const { databases, notOpened } = found
      const counts = tells ? { databases: databases.length, notOpened } : { databases: null, notOpened: null }
      seen.push({ name, status: 'compared', reason: null, ...counts })
    } catch (error) {
      const reason = findingOf(error, context.signal)
      seen.push({ name, status: 'unreachable', reason, databases: null, notOpened: null })
    }
  }
  return seen
}

async function compareAdminApis(
  context: StepContext,
  scope: ReconcileParameters,
  covered: readonly RecordedInstance[],
  findings: NewFinding[],
): Promise<ReconciliationSummary['adminApis']> {
  const all = await readAdminApisToCompare(context.store.database, scope.environment)
  const seen: ReconciliationSummary['adminApis'] = []
  for (const adminApi of all) {
    const { environment, environmentId, adminTenant } = adminApi
    const tells = tellsOfRegistrations(scope, adminApi)
    const isOfScope = scope.tenant === null || adminApi.tenants.includes(scope.tenant)
    const hasCovered = covered.some(
      (each) => each.environmentId === environmentId && each.adminTenant.toLowerCase() === adminTenant.toLowerCase(),
    )
    if (!isOfScope || (!tells && !hasCovered)) continue
    const subject = { environment, adminTenant }
    try {
      const found = await lookAtAdminApi(context, adminApi, {
        covers: (instance) => covers(scope, instance),
        tellsOfRegistrations: tells,
      })
      findings.push(...found.findings)
      const registrations = tells ? found.registrations : null
      seen.push({ ...subject, status: 'compared', reason: null, registrations })
    } catch (error) {
      const reason = findingOf(error, context.signal)
      seen.push({ ...subject, status: 'unreachable', reason, registrations: null })
    }
  }
  return seen
}
