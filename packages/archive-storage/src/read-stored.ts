import { corrupt, decryptArchive } from './archive-format.js'
import type { StoredArchive } from './archive-storage.js'
import { measure } from './measure.js'
import { untilAborted } from './until-aborted.js'

/** Decrypts stored bytes, and at the end compares them with what was noted when they were written. */
export async function* readStored(
  bytes: AsyncIterable<Uint8Array>,
  stored: StoredArchive,
  key: Buffer,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const measured = measure(untilAborted(bytes, signal))
  yield* decryptArchive(measured.chunks, key)
  const { sizeBytes, checksum } = measured.result()
  if (sizeBytes !== stored.sizeBytes || checksum !== stored.checksum)
    throw corrupt('It is another archive than the one that was written: size or checksum differ.')
}
