import { Failure, type JsonObject } from '@edfi-tenants/core'
import {
  hasOtherArchive,
  insertWork,
  lockArchive,
  readArchiveJobId,
  readJob,
  readServerById,
  writtenJob,
  type ArchiveRow,
  type Database,
  type InstanceRow,
  type JobRow,
} from '@edfi-tenants/store'
import { archiveInstance } from '../archive-instance.js'
import { deleteArchive } from '../delete-archive.js'
import type { JobDefinition } from '../engine/define-job.js'
import { verifyArchive } from '../verify-archive.js'
import { assertCapability } from './assert-capability.js'
import { assertFuture } from './assert-future.js'
import { newJob, type JobSubject } from './new-job.js'
import { requestInstanceJob } from './request-instance-job.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** How an instance is to be archived. */
export interface ArchiveOrder {
  /** Whether sessions may be ended where the archive is a copy on the same server. */
  allowDowntime?: boolean
  legalHold?: boolean
  /** ISO 8601. */
  expiresAt?: string
  /** By the tenant's schedule: subject to its retention. */
  scheduled?: boolean
}

/** Asks for an instance to be archived, within a transaction. Fails as {@link requestInstanceJob}, or with `not_supported`. */
export const requestArchive = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  order: ArchiveOrder,
  subject: Pick<JobSubject, 'batchId' | 'ref' | 'priority'> = {},
): Promise<{ job: JobRow; instance: InstanceRow }> =>
  requestInstanceJob(database, archiveInstance, instanceId, origin, {
    when: ['active', 'stopped'],
    parameters: { ...order },
    subject,
    check: (instance) => {
      assertFuture(order.expiresAt)
      return assertCapability(database, instance, 'supportsArchive')
    },
  })

/**
 * Asks for an archive to be deleted, within a transaction; the job that does so already is answered again. The last one
 * of an instance that is gone needs the instance's name in `confirm`. Fails with `not_found`, `archive_not_available`,
 * `legal_hold` or `confirmation_required`.
 */
export async function requestArchiveDeletion(
  database: Database,
  archiveId: string,
  origin: RequestOrigin,
  { confirm, priority }: { confirm?: string | undefined; priority?: number } = {},
): Promise<JobRow> {
  const archive = await lock(database, archiveId, origin)
  const running = await runningJob(database, deleteArchive, archive)
  if (running) return running
  if (archive.status === 'creating' || archive.status === 'deleted')
    throw new Failure('archive_not_available', `The archive is ${archive.status}.`)
  if (archive.legalHold) throw new Failure('legal_hold', 'The archive is under legal hold.')
  const isGone = ['deleting', 'deleted', 'purged'].includes(archive.instanceStatus)
  const { name } = archive.source
  if (isGone && archive.status === 'available' && confirm !== name && !(await hasOtherArchive(database, archive)))
    throw new Failure(
      'confirmation_required',
      `It is the last archive of an instance that is ${archive.instanceStatus}: send its name in ?confirm=.`,
    )
  return insertArchiveJob(database, deleteArchive, archive, origin, priority === undefined ? {} : { priority })
}

/**
 * Asks for an archive to be restored into a throw-away database and compared, within a transaction; the job that does so
 * already is answered again. Fails with `not_found` or `archive_not_available`.
 */
export async function requestArchiveVerification(
  database: Database,
  archiveId: string,
  origin: RequestOrigin,
): Promise<JobRow> {
  const archive = await lock(database, archiveId, origin)
  assertAvailable(archive)
  return (
    (await runningJob(database, verifyArchive, archive)) ??
    (await insertArchiveJob(database, verifyArchive, archive, origin))
  )
}

/** Refuses archives that are not there to be used. */
export function assertAvailable({ status }: Pick<ArchiveRow, 'status'>): void {
  if (status !== 'available') throw new Failure('archive_not_available', `The archive is ${status}.`)
}

async function lock(database: Database, archiveId: string, { actor }: RequestOrigin): Promise<ArchiveRow> {
  const archive = await lockArchive(database, archiveId, actor.tenants)
  if (!archive) throw new Failure('not_found', 'There is nothing at this address.')
  return archive
}

async function runningJob(database: Database, { type }: JobDefinition, archive: ArchiveRow): Promise<JobRow | null> {
  const id = await readArchiveJobId(database, type, archive)
  return id === null ? null : readJob(database, id, '*')
}

async function insertArchiveJob(
  database: Database,
  definition: JobDefinition,
  archive: ArchiveRow,
  origin: RequestOrigin,
  subject: Pick<JobSubject, 'priority'> = {},
): Promise<JobRow> {
  const server = await readServerById({ database }, archive.serverId)
  const parameters: JsonObject = { archiveId: archive.id }
  const usesServer = archive.durability === 'same_server' || definition.steps.some((step) => step.usesServer)
  const job = newJob(definition, origin, {
    tenant: archive.tenant,
    instanceId: archive.instanceId,
    serverId: archive.serverId,
    ...(server ? { workerPool: server.workerPool } : {}),
    // Whoever deletes from the storage needs no provisioner; the server may have been given up long ago.
    ...(usesServer ? { engine: archive.engine } : {}),
    parameters,
    ...subject,
  })
  const { tenant, instanceId } = archive
  const written = await insertWork(database, {
    jobs: [job],
    audit: [accepted(origin, definition.type, { tenant, instanceId, target: archive.id, details: { job: job.id } })],
  })
  return writtenJob(job, written(job.id))
}
