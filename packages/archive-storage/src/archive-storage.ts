import type { JsonObject } from '@edfi-tenants/core'

/** Where something was stored, and how to tell that it is still the same. */
export interface StoredArchive {
  /** What the storage needs to find it again; no secret. */
  location: JsonObject
  /** Bytes as stored, encryption included. */
  sizeBytes: number
  /** SHA-256 of what is stored, in hexadecimal digits. */
  checksum: string
}

/**
 * Keeps archives as AES-256-GCM streams, each under a key of its own that whoever calls keeps sealed. Fails with
 * `storage_unavailable` (retryable) or `archive_corrupt`.
 */
export interface ArchiveStorage {
  readonly kind: 'folder' | 's3'
  /** Looks at what can be known without the network, so that a wrong setting shows when a process starts. */
  prepare(): Promise<void>
  /** Writes a stream; nothing is left when it fails or is aborted. The same id again replaces an unfinished earlier try. */
  write(
    archiveId: string,
    chunks: AsyncIterable<Uint8Array>,
    key: Buffer,
    options: { signal: AbortSignal },
  ): Promise<StoredArchive>
  /** Where an archive lies once it is written: what `write` gives as location, also known where that answer was lost. */
  locate(archiveId: string): JsonObject
  /** The stream as it was written. Whoever reads to the end without an error has read exactly what was written. */
  read(stored: StoredArchive, key: Buffer, options: { signal: AbortSignal }): AsyncIterable<Uint8Array>
  /** Removes it, and what unfinished writes of it left; one that is not there is no error. */
  remove(location: JsonObject): Promise<void>
  close: () => void
}
