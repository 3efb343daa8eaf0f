import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { Failure, type JsonObject } from '@edfi-tenants/core'
import { encryptArchive } from './archive-format.js'
import type { ArchiveStorage } from './archive-storage.js'
import { measure } from './measure.js'
import { readStored } from './read-stored.js'
import { s3Failure } from './s3-failure.js'
import { untilAborted } from './until-aborted.js'

/** What an S3-compatible storage is reached by. */
export interface S3Settings {
  bucket: string
  /** Before every object's name; may be empty. */
  prefix: string
  region: string
  /** For S3-compatible storage other than AWS; then the bucket stands in the path. */
  endpoint: string | undefined
  /** Undefined: as the SDK finds them (role, profile). */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
}

// At most 10,000 parts to an object: 16 MiB each let an archive grow to 156 GiB, with two of them in memory at a time.
const partSize = 16 * 1024 * 1024
const partsAtOnce = 2

const cannotList = new Set(['AccessDenied', 'NotImplemented', 'MethodNotAllowed'])

/** Archives as objects of a bucket. An object appears only when all of it has arrived. */
export function s3Storage({ bucket, prefix, region, endpoint, credentials }: S3Settings): ArchiveStorage {
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials ? { credentials } : {}),
    // Other makers' storage often does not know the checksums that the SDK adds by default; TLS and our own remain.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const keyOf = (archiveId: string): string => `${prefix}${archiveId}.archive`
  const locate = (archiveId: string): JsonObject => ({ bucket, object: keyOf(archiveId) })

  /**
   * Parts of a write that a worker died over; the bucket keeps (and charges for) them until someone says so. Where they
   * cannot be listed that is left to the bucket's own rules.
   */
  async function abandonUploads(object: string): Promise<void> {
    const { Uploads = [] } = await client
      .send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: object }))
      .catch((error: unknown) => {
        if (error instanceof Error && cannotList.has(error.name)) return { Uploads: [] }
        throw error
      })
    for (const { Key, UploadId } of Uploads)
      if (Key === object) await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
  }

  return {
    kind: 's3',
    prepare: () => Promise.resolve(),
    locate,
    async write(archiveId, chunks, key, { signal }) {
      const object = keyOf(archiveId)
      await abandonUploads(object).catch(s3Failure)
      const source = { failed: false, error: undefined as unknown }
      const measured = measure(encryptArchive(noting(untilAborted(chunks, signal), source), key))
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: object, Body: Readable.from(measured.chunks, { objectMode: false }) },
        partSize,
        queueSize: partsAtOnce,
        leavePartsOnError: false,
      })
      const abort = () => void upload.abort().catch(() => undefined)
      signal.addEventListener('abort', abort, { once: true })
      try {
        await upload.done()
      } catch (error) {
        await abandonUploads(object).catch(() => undefined)
        signal.throwIfAborted()
        if (source.failed) throw source.error
        return s3Failure(error)
      } finally {
        signal.removeEventListener('abort', abort)
      }
      return { location: locate(archiveId), ...measured.result() }
    },
    read(stored, key, { signal }) {
      const address = objectOf(stored.location)
      return readStored(bytesOf(client, address, signal), stored, key, signal)
    },
    async remove(location) {
      const address = objectOf(location)
      try {
        await client.send(new DeleteObjectCommand(address))
        await abandonUploads(address.Key)
      } catch (error) {
        s3Failure(error)
      }
    },
    close() {
      client.destroy()
    },
  }
}

/** Which of a stream's readers failed, it or its source, cannot be told from the error that the SDK throws. */
async function* noting(
  chunks: AsyncIterable<Uint8Array>,
  source: { failed: boolean; error: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    Object.assign(source, { failed: true, error })
    throw error
  }
}

/**
 * All bytes of an object. A restore can pause for minutes while the database builds indexes, and storage ends idle
 * connections: reading goes on where it broke, as long as each connection brings something.
 */
async function* bytesOf(
  client: S3Client,
  address: { Bucket: string; Key: string },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let offset = 0
  let total: number | null = null
  let etag: string | undefined
  while (total === null || offset < total) {
    const before = offset
    try {
      const answer = await client.send(
        new GetObjectCommand({
          ...address,
          ...(offset > 0 ? { Range: `bytes=${offset}-` } : {}),
          ...(etag === undefined ? {} : { IfMatch: etag }),
        }),
        { abortSignal: signal },
      )
      total ??= answer.ContentLength ?? 0
      etag ??= answer.ETag
      if (!answer.Body) return
      for await (const chunk of answer.Body as Readable) {
        offset += (chunk as Uint8Array).length
        yield chunk as Uint8Array
      }
      if (offset === before) return
    } catch (error) {
      signal.throwIfAborted()
      if (offset === before) s3Failure(error)
    }
  }
}

function objectOf(location: JsonObject): { Bucket: string; Key: string } {
  const { bucket, object } = location
  if (typeof bucket !== 'string' || typeof object !== 'string')
    throw new Failure('archive_not_available', 'The archive was not written to this storage.')
  return { Bucket: bucket, Key: object }
}
