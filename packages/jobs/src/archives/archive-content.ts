import { Failure } from '@edfi-tenants/core'
import type { DatabaseSource } from '@edfi-tenants/provisioner'
import { openArchiveKey, readArchive, type ArchiveRow } from '@edfi-tenants/store'
import type { ArchiveStorage, StoredArchive } from '@edfi-tenants/archive-storage'
import type { StepContext } from '../engine/define-job.js'

/** The id of the archive that a job is about; empty where it names none. */
export const archiveIdOf = ({ job }: Pick<StepContext, 'job'>): string => {
  const { archiveId } = job.parameters
  return typeof archiveId === 'string' ? archiveId : ''
}

/** The archive that a job is about; `archive_not_available` when it is not there (any more). */
export async function archiveOf(context: Pick<StepContext, 'job' | 'store'>): Promise<ArchiveRow> {
  const archive = await readArchive(context.store.database, archiveIdOf(context), '*')
  if (archive?.status !== 'available')
    throw new Failure('archive_not_available', `The archive is ${archive?.status ?? 'not on record'}.`)
  return archive
}

/** Where and how an archive was stored; fails when its record does not say so. */
export function storedArchive({ location, sizeBytes, checksum }: ArchiveRow): StoredArchive {
  if (location === null || sizeBytes === null || checksum === null)
    throw new Failure('archive_not_available', 'The archive was not written to any storage.')
  return { location, sizeBytes, checksum }
}

/** The storage for archives; a worker without one leaves the job to those that have it. */
export function storageOf({ archives }: Pick<StepContext, 'archives'>): ArchiveStorage {
  if (!archives)
    throw new Failure('storage_unavailable', 'This worker has no storage for archives.', { retryable: true })
  return archives
}

/** What a database is restored from: the stored stream, or the copy on the archive's own server. */
export async function archiveContent(context: StepContext, archive: ArchiveRow): Promise<DatabaseSource> {
  if (archive.durability === 'same_server') {
    const { databaseName, identity } = archive.location ?? {}
    if (typeof databaseName !== 'string' || typeof identity !== 'string')
      throw new Failure('archive_not_available', 'The record of the archive names no database.')
    return { kind: 'copy', databaseName, identity, mayEndSessions: true }
  }
  const storage = storageOf(context)
  const key = await openArchiveKey(context.store, archive.id)
  const chunks = storage.read(storedArchive(archive), key, { signal: context.signal })
  return { kind: 'export', format: archive.format ?? '', chunks }
}
