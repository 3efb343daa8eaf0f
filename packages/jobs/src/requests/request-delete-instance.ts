import { Failure, type JsonObject } from '@edfi-tenants/core'
import {
  lockInstance,
  readLastJob,
  recentDeletes,
  type Database,
  type InstanceRow,
  type JobRow,
} from '@edfi-tenants/store'
import type { ParkMode } from '../applications/parked.js'
import { deleteInstance } from '../delete-instance.js'
import { purgeInstance } from '../purge-instance.js'
import { busy } from './request-jobs.js'
import { requestInstanceJob, wrongStatus } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'
import type { BatchPlace } from './request-stop-start.js'

/** How an instance is to be deleted. */
export interface DeleteRequest {
  /** The name of the instance, again. */
  confirm?: string | undefined
  archive: boolean
  applications: ParkMode
  purge: 'scheduled' | 'now'
  /** Whether an archive on the same database server will do before a purge that comes at once. */
  acceptSameServer: boolean
}

/** What the operator allows. */
export interface DeletePolicy {
  allowDelete: boolean
  /** Per client within an hour, batches not counted; null: as many as it likes. */
  maxDeletesPerHour: number | null
}

/**
 * Whether an instance may be deleted as asked, by its record as it is now. Throws `deletion_disabled`,
 * `instance_deleted`, `confirmation_required` or `deletion_protected`.
 */
export function assertDeletable(
  instance: InstanceRow,
  { confirm, purge }: Pick<DeleteRequest, 'confirm' | 'purge'>,
  { allowDelete }: Pick<DeletePolicy, 'allowDelete'>,
): void {
  const { name, status, deletionProtection } = instance
  if (!allowDelete) throw new Failure('deletion_disabled', 'Deletion is switched off in this installation.')
  if (status === 'purged' || (status === 'deleted' && purge !== 'now')) throw wrongStatus(instance)
  if (confirm !== name)
    throw new Failure(
      'confirmation_required',
      confirm === undefined
        ? 'Deleting needs the exact name of the instance in "confirm".'
        : 'What "confirm" says is not the exact name of the instance.',
    )
  if (deletionProtection) throw new Failure('deletion_protected', `Deletion protection is on for "${name}".`)
}

/**
 * Asks for an instance to be deleted, or a deleted one to be purged at once, within a transaction. Fails as
 * {@link assertDeletable} and `requestInstanceJob` do, or with `delete_limit_reached`.
 */
export async function requestDelete(
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  request: DeleteRequest,
  policy: DeletePolicy,
  subject: BatchPlace = {},
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const { archive, applications, purge, acceptSameServer } = request
  const instance = await lockInstance(database, instanceId)
  if (!instance) throw new Failure('not_found', 'There is no such instance.')
  assertDeletable(instance, request, policy)
  if (instance.status === 'deleted')
    return requestInstanceJob(database, purgeInstance, instanceId, origin, {
      when: ['deleted'],
      parameters: { applications },
      subject,
    })
  if (instance.activeJobId !== null) throw await busy(database, instanceId)
  if (instance.status === 'deleting') throw await halfDeleted(database, instance)
  if (subject.batchId == null) await assertWithinLimit(database, origin, policy)
  const parameters: JsonObject = { archive, applications, purge, acceptSameServer }
  return requestInstanceJob(database, deleteInstance, instanceId, origin, {
    when: ['active', 'stopped', 'failed'],
    parameters,
    details: parameters,
    subject,
  })
}

/** A deletion that failed past its pivot goes on with its own job, which knows how far it has come. */
async function halfDeleted(database: Database, { id, name }: InstanceRow): Promise<Failure> {
  const job = await readLastJob(database, id, deleteInstance.type)
  return new Failure('instance_busy', `Deleting "${name}" stopped half way; retry the job that began it.`, {
    extensions: job
      ? { job: { id: job.id, type: job.type, href: `/v1/jobs/${job.id}` }, retry: `/v1/jobs/${job.id}/retry` }
      : {},
  })
}

async function assertWithinLimit(
  database: Database,
  { actor }: RequestOrigin,
  { maxDeletesPerHour }: DeletePolicy,
): Promise<void> {
  if (maxDeletesPerHour === null) return
  const recent = await recentDeletes(database, actor.clientId, maxDeletesPerHour)
  if (recent.count < maxDeletesPerHour) return
  throw new Failure(
    'delete_limit_reached',
    `This client has deleted ${recent.count} instances within an hour; it may delete ${maxDeletesPerHour}.`,
    { retryable: true, retryAfterMs: Math.max(1_000, recent.freeInMs) },
  )
}
