import { Failure, type InstanceStatus, type JsonObject } from '@edfi-tenants/core'
import {
  insertWork,
  lockInstance,
  readServerById,
  writtenJob,
  type Database,
  type InstanceRow,
  type JobRow,
} from '@edfi-tenants/store'
import type { JobDefinition } from '../engine/define-job.js'
import { newJob, type JobSubject } from './new-job.js'
import { busy } from './request-jobs.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** What asking for a job about an instance depends on. */
export interface InstanceJobRequest {
  /** The statuses in which it makes sense. Default: active. */
  when?: readonly InstanceStatus[]
  /** Never a secret. */
  parameters?: JsonObject
  /** For the audit event. */
  details?: JsonObject
  subject?: Pick<JobSubject, 'batchId' | 'ref' | 'priority'>
  /** Further conditions, judged by the locked row right before the job is written; throws `Failure`. */
  check?: (instance: InstanceRow) => void | Promise<void>
}

/**
 * Asks for a job about one instance, within a transaction: the row is locked, so its status cannot change between the
 * check and the job. Fails with `instance_busy` (naming the job in the way, for jobs that change it), `instance_deleted`,
 * or `instance_not_active` when it is in another status. Whoever calls rings afterwards.
 */
export async function requestInstanceJob(
  database: Database,
  definition: JobDefinition,
  instanceId: string,
  origin: RequestOrigin,
  { when = ['active'], parameters = {}, details = {}, subject = {}, check }: InstanceJobRequest = {},
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const instance = await lockInstance(database, instanceId)
  if (!instance) throw new Failure('not_found', 'There is no such instance.')
  if (definition.changing && instance.activeJobId !== null) throw await busy(database, instance.id)
  if (!when.includes(instance.status)) throw wrongStatus(instance)
  await check?.(instance)
  const server = await readServerById({ database }, instance.serverId)
  const usesServer = definition.steps.some((step) => step.usesServer)
  const job = newJob(definition, origin, {
    tenant: instance.tenant,
    instanceId: instance.id,
    environmentId: instance.environmentId,
    serverId: instance.serverId,
    ...(server ? { workerPool: server.workerPool, ...(usesServer ? { engine: server.engine } : {}) } : {}),
    parameters,
    ...subject,
  })
  const written = await insertWork(database, {
    jobs: [job],
    audit: [
      accepted(origin, definition.type, {
        tenant: instance.tenant,
        instanceId: instance.id,
        target: instance.name,
        details: { job: job.id, ...details },
      }),
    ],
  })
  return { job: writtenJob(job, written(job.id)), instance }
}

/** Why a job cannot be asked for now. */
export function wrongStatus(instance: InstanceRow): Failure {
  const { id, name, status, deletedAt, purgeAt } = instance
  if (status === 'deleted' || status === 'purged')
    return new Failure('instance_deleted', `Instance "${name}" is ${status}.`, {
      extensions: { resource: { id, href: `/v1/instances/${id}`, name, status, deletedAt, purgeAt } },
    })
  return new Failure('instance_not_active', `Instance "${name}" is ${status}.`, { extensions: { status } })
}
