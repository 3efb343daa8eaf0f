import { Failure } from '@edfi-tenants/core'
import {
  insertWork,
  readChangingJob,
  readServerById,
  readTenantOfEnvironment,
  violatedConstraint,
  writtenJob,
  type Database,
  type InstanceRow,
  type JobRow,
  type NewJob,
} from '@edfi-tenants/store'
import type { InstanceUpdate } from '../steps/update-registration.js'
import { testEnvironmentJob } from '../test-environment.js'
import { testServerJob } from '../test-server.js'
import { updateInstance } from '../update-instance.js'
import { assertContexts } from './assert-contexts.js'
import { newJob } from './new-job.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** Asks for contexts or type of an instance to be changed. Fails with `instance_busy`, `instance_not_active` or `contexts_required`. */
export async function requestInstanceUpdate(
  database: Database,
  instance: InstanceRow,
  change: InstanceUpdate,
  origin: RequestOrigin,
): Promise<JobRow> {
  if (instance.status !== 'active' && instance.status !== 'stopped' && instance.activeJobId === null)
    throw new Failure('instance_not_active', `The instance is ${instance.status}.`)
  if (change.contexts) assertContexts(instance.odsRoute.contextRouteTemplate, change.contexts)
  const server = await readServerById({ database }, instance.serverId)
  const job = newJob(updateInstance, origin, {
    ...(server ? { workerPool: server.workerPool } : {}),
    tenant: instance.tenant,
    instanceId: instance.id,
    environmentId: instance.environmentId,
    serverId: instance.serverId,
    parameters: { ...change },
  })
  return insertJob(
    database,
    job,
    accepted(origin, 'instance.update', { tenant: instance.tenant, instanceId: instance.id, target: instance.name }),
  )
}

/** Asks for a database server to be tried by a worker that has its provisioner. */
export const requestServerTest = (
  database: Database,
  server: { id: string; name: string; engine: string; workerPool: string },
  origin: RequestOrigin,
): Promise<JobRow> =>
  insertJob(
    database,
    newJob(testServerJob, origin, { serverId: server.id, engine: server.engine, workerPool: server.workerPool }),
    accepted(origin, 'server.test', { target: server.name }),
  )

/**
 * Asks for an environment's Admin API to be tried, for the tenant given or one that the environment has: a multi-tenant
 * Admin API signs nobody in without one.
 */
export async function requestEnvironmentTest(
  database: Database,
  environment: { id: string; name: string; multiTenant?: boolean },
  tenant: { name: string; adminTenant: string } | null,
  origin: RequestOrigin,
): Promise<JobRow> {
  const any = tenant ?? (environment.multiTenant ? await readTenantOfEnvironment({ database }, environment.id) : null)
  const job = newJob(testEnvironmentJob, origin, {
    environmentId: environment.id,
    tenant: tenant?.name ?? null,
    parameters: { adminTenant: any?.adminTenant ?? '', signIn: any !== null || environment.multiTenant !== true },
  })
  return insertJob(
    database,
    job,
    accepted(origin, 'environment.test', { tenant: tenant?.name ?? null, target: environment.name }),
  )
}

async function insertJob(database: Database, job: NewJob, audit: ReturnType<typeof accepted>): Promise<JobRow> {
  try {
    const written = await insertWork(database, { jobs: [job], audit: [audit] })
    return writtenJob(job, written(job.id))
  } catch (error) {
    if (job.instanceId !== null && violatedConstraint(error) === 'jobs_changing_instance_key')
      throw await busy(database, job.instanceId)
    throw error
  }
}

/** The refusal that names the job in the way; without its name inside a transaction, which is spoilt by then. */
export async function busy(database: Database, instanceId: string): Promise<Failure> {
  const job = await readChangingJob(database, instanceId).catch(() => null)
  return new Failure(
    'instance_busy',
    job ? `Job ${job.number} (${job.type}) is changing this instance.` : 'Another job is changing this instance.',
    {
      retryable: true,
      retryAfterMs: 5_000,
      extensions: job ? { job: { id: job.id, type: job.type, href: `/v1/jobs/${job.id}` } } : {},
    },
  )
}
