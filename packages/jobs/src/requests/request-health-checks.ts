import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import {
  insertBatch,
  insertWork,
  knowsHealthScope,
  readBatch,
  readHealthTargets,
  type BatchRow,
  type Database,
} from '@edfi-tenants/store'
import { checkHealth } from '../check-health.js'
import { newJob } from './new-job.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** One that is waited for yields to single requests, and goes before scheduled ones. */
const batchPriority = 0

/**
 * Asks for all instances to be checked, or those of a tenant or server: a batch of one job per server, or per tenant and
 * server where tenants are named or whoever asks is bound to some. Fails with `unknown_tenant` or `unknown_server`. To be
 * called within a transaction; whoever calls rings afterwards.
 */
export async function requestHealthChecks(
  database: Database,
  scope: { tenant?: string; server?: string },
  origin: RequestOrigin,
): Promise<BatchRow> {
  const bound = origin.actor.tenants
  const known = await knowsHealthScope(database, scope, bound)
  if (!known.tenant) throw new Failure('unknown_tenant', `There is no tenant "${scope.tenant ?? ''}".`)
  if (!known.server) throw new Failure('unknown_server', `There is no database server "${scope.server ?? ''}".`)
  const targets = await readHealthTargets(database, scope, bound)
  const ofAll = scope.tenant === undefined && bound === '*'
  const named = scope.tenant === undefined ? (bound === '*' ? [] : bound) : [scope.tenant]
  const id = randomUUID()
  await insertBatch(database, {
    id,
    operation: checkHealth.type,
    total: targets.length,
    options: {},
    tenants: targets.length > 0 && !ofAll ? [...new Set(targets.flatMap(({ tenant }) => tenant ?? []))] : named,
    requestedBy: origin.actor.clientId,
    onBehalfOf: origin.actor.onBehalfOf ?? null,
    requestId: origin.requestId,
  })
  await insertWork(database, {
    jobs: targets.map((target) => newJob(checkHealth, origin, { ...target, batchId: id, priority: batchPriority })),
    audit: [
      accepted(origin, checkHealth.type, {
        tenant: scope.tenant ?? null,
        target: `batches/${id}`,
        details: { batch: id, jobs: targets.length, ...scope },
      }),
    ],
  })
  const batch = await readBatch(database, id, '*')
  if (!batch) throw new Error(`The batch ${id} was not written.`)
  return batch
}
