import type { ArchiveStorage } from './archive-storage.js'
import { folderStorage } from './folder-storage.js'
import { s3Storage, type S3Settings } from './s3-storage.js'

/** Where archives are to be kept. */
export type ArchiveSettings = { kind: 'folder'; folder: string } | ({ kind: 's3' } & S3Settings)

/** Opens the storage for archives. Nothing is connected to or made before it is first used. */
export const openArchiveStorage = (settings: ArchiveSettings): ArchiveStorage =>
  settings.kind === 'folder' ? folderStorage(settings.folder) : s3Storage(settings)
