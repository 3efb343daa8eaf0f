import { randomUUID } from 'node:crypto'
import { Failure, isWithinBound } from '@edfi-tenants/core'
import {
  insertReconciliation,
  insertWork,
  listServersOfTenant,
  readEnvironment,
  readReconciliation,
  readServersToCompare,
  readTenant,
  writtenJob,
  type Database,
  type JobRow,
  type ReconciliationRow,
  type ReconciliationScope,
} from '@edfi-tenants/store'
import { runReconciliation } from '../reconcile.js'
import type { ReconcileParameters } from '../reconciliation/scope.js'
import { newJob } from './new-job.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** What is to be compared; nothing given: everything. */
export interface ReconciliationBody {
  tenant?: string | undefined
  server?: string | undefined
  environment?: string | undefined
}

/**
 * Asks for a comparison, within a transaction. Whoever is bound to one tenant gets that tenant's; to several, has to
 * name one: fails with `validation_failed` otherwise, or with `unknown_tenant`, `unknown_server` or
 * `environment_required`. Whoever calls rings afterwards.
 */
export async function requestReconciliation(
  database: Database,
  body: ReconciliationBody,
  origin: RequestOrigin,
): Promise<{ job: JobRow; reconciliation: ReconciliationRow }> {
  const scope = await namedScope(database, body, origin)
  const servers = await readServersToCompare(database, scope.server)
  // A job runs in one pool of workers: servers of others are said not to have been compared.
  const pools = new Set(servers.map(({ workerPool }) => workerPool))
  const [pool] = pools
  const id = randomUUID()
  const parameters: ReconcileParameters = { reconciliationId: id, ...scope }
  const job = newJob(runReconciliation, origin, {
    tenant: scope.tenant,
    parameters: { ...parameters },
    ...(pools.size === 1 && pool !== undefined ? { workerPool: pool } : {}),
  })
  const written = await insertWork(database, {
    jobs: [job],
    audit: [
      accepted(origin, runReconciliation.type, {
        tenant: scope.tenant,
        target: `reconciliations/${id}`,
        details: { job: job.id, ...scope },
      }),
    ],
  })
  await insertReconciliation(database, {
    id,
    scope,
    tenants: scope.tenant === null ? [] : [scope.tenant],
    jobId: job.id,
    requestedBy: origin.actor.clientId,
  })
  const reconciliation = await readReconciliation(database, id, '*')
  if (!reconciliation) throw new Error(`The reconciliation ${id} was not written.`)
  return { job: writtenJob(job, written(job.id)), reconciliation }
}

/** The scope in the names on record. */
async function namedScope(
  database: Database,
  body: ReconciliationBody,
  { actor }: RequestOrigin,
): Promise<ReconciliationScope> {
  const tenant = await tenantOf(database, body.tenant ?? onlyTenant(actor.tenants), actor.tenants)
  const [server] = body.server === undefined ? [] : await readServersToCompare(database, body.server)
  if (body.server !== undefined && (!server || !(await mayUse(database, server.name, tenant))))
    throw new Failure('unknown_server', `There is no database server "${body.server}".`)
  const environment = body.environment === undefined ? null : await readEnvironment({ database }, body.environment)
  if (body.environment !== undefined && (!environment || (tenant && tenant.environmentId !== environment.id)))
    throw new Failure('environment_required', `There is no environment "${body.environment}".`)
  return { tenant: tenant?.name ?? null, server: server?.name ?? null, environment: environment?.name ?? null }
}

function onlyTenant(bound: '*' | readonly string[]): string | null {
  if (bound === '*') return null
  const [only, ...others] = bound
  if (only !== undefined && others.length === 0) return only
  throw new Failure('validation_failed', 'The request is not valid.', {
    errors: [{ pointer: '/tenant', detail: 'is required: the client is bound to several tenants' }],
  })
}

async function tenantOf(database: Database, name: string | null, bound: '*' | readonly string[]) {
  if (name === null) return null
  const row = isWithinBound(bound, name) ? await readTenant({ database }, name, bound) : null
  if (!row) throw new Failure('unknown_tenant', `There is no tenant "${name}".`)
  return row
}

/** Of servers that a tenant may not use nobody bound to it learns that they are there. */
async function mayUse(database: Database, server: string, tenant: { name: string } | null): Promise<boolean> {
  if (!tenant) return true
  return (await listServersOfTenant({ database }, tenant.name)).some(({ name }) => name === server)
}
