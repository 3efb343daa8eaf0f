import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'

/*
 * An archive as it is stored:
 *
 *   header   "EFTMARCH" · version (1 byte, now 1) · segment size (4 bytes) · salt (32 bytes) · nonce prefix (7 bytes)
 *   segments ciphertext of at most "segment size" bytes, each followed by its tag of 16 bytes
 *
 * Every segment is AES-256-GCM with the nonce "prefix · number (4 bytes) · 1 if it is the last one, else 0", so that a
 * segment that was moved, left out or cut off does not open: the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizár: https://eprint.iacr.org/2015/189). The header is the additional data of each. The key of a stream comes from
 * the archive's key and the salt by HKDF-SHA-256, so that a second try never repeats a nonce under the same key; this is
 * how Tink does it (https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming). All numbers are
 * big-endian. Every segment but the last one is full.
 */
const magic = Buffer.from('EFTMARCH', 'latin1')
const version = 1
const saltLength = 32
const prefixLength = 7
const tagLength = 16
const headerLength = magic.length + 1 + 4 + saltLength + prefixLength
const defaultSegmentSize = 64 * 1024
const largestSegmentSize = 16 * 1024 * 1024

/** Encrypts a stream; `segmentSize` is the number of plain bytes per segment, default 64 KiB. */
export async function* encryptArchive(
  chunks: AsyncIterable<Uint8Array>,
  key: Buffer,
  segmentSize = defaultSegmentSize,
): AsyncGenerator<Buffer> {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(segmentSize)
  const header = Buffer.concat([magic, Buffer.of(version), size, randomBytes(saltLength + prefixLength)])
  const segments = openHeader(header, key)
  yield header
  // One segment is held back: whether it is the last one shows when there is more, or no more.
  for await (const { bytes, last } of cut(chunks, segmentSize)) yield segments.seal(bytes, last)
}

/**
 * Decrypts what {@link encryptArchive} gave. Nothing is yielded before it was authenticated; a stream that ends without
 * its last segment, or differs in any bit, fails with `archive_corrupt`.
 */
export async function* decryptArchive(stored: AsyncIterable<Uint8Array>, key: Buffer): AsyncGenerator<Buffer> {
  const source = stored[Symbol.asyncIterator]()
  try {
    const { taken: header, rest } = await takeHeader(source)
    const segments = openHeader(header, key)
    for await (const { bytes, last } of cut(following(rest, source), segments.size + tagLength))
      yield segments.open(bytes, last)
  } finally {
    await source.return?.()
  }
}

/** What a header says, with the key of its stream. */
function openHeader(header: Buffer, key: Buffer) {
  if (key.length !== 32) throw new Error('An archive is encrypted with a key of 32 bytes.')
  const size = header.readUInt32BE(magic.length + 1)
  if (!header.subarray(0, magic.length).equals(magic) || header[magic.length] !== version)
    throw corrupt('It does not begin as an archive of a version known here.')
  if (size < 1 || size > largestSegmentSize) throw corrupt('Its header is damaged.')
  const salt = header.subarray(magic.length + 5, magic.length + 5 + saltLength)
  const prefix = header.subarray(headerLength - prefixLength)
  const streamKey = Buffer.from(hkdfSync('sha256', key, salt, magic, 32))
  let number = 0
  const nextNonce = (last: boolean) => {
    const nonce = Buffer.alloc(prefixLength + 5)
    prefix.copy(nonce)
    nonce.writeUInt32BE(number++, prefixLength)
    nonce.writeUInt8(last ? 1 : 0, prefixLength + 4)
    return nonce
  }
  return {
    size,
    seal(plain: Buffer, last: boolean): Buffer {
      const cipher = createCipheriv('aes-256-gcm', streamKey, nextNonce(last)).setAAD(header)
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(segment: Buffer, last: boolean): Buffer {
      if (segment.length < tagLength) throw corrupt('It is cut off.')
      const end = segment.length - tagLength
      const decipher = createDecipheriv('aes-256-gcm', streamKey, nextNonce(last), { authTagLength: tagLength })
      decipher.setAAD(header).setAuthTag(segment.subarray(end))
      const plain = decipher.update(segment.subarray(0, end))
      try {
        return Buffer.concat([plain, decipher.final()])
      } catch {
        throw corrupt(`Its segment ${number} is not what was written, or it is cut off there.`)
      }
    },
  }
}

/** Pieces of `size` bytes; the last one has what is left, which may be nothing when nothing came at all. */
async function* cut(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    held.push(chunk)
    length += chunk.length
    if (length <= size) continue
    const bytes = Buffer.concat(held, length)
    let start = 0
    for (; bytes.length - start > size; start += size) yield { bytes: bytes.subarray(start, start + size), last: false }
    held = [bytes.subarray(start)]
    length = bytes.length - start
  }
  yield { bytes: Buffer.concat(held, length), last: true }
}

async function takeHeader(source: AsyncIterator<Uint8Array>): Promise<{ taken: Buffer; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0)
  while (bytes.length < headerLength) {
    const next = await source.next()
    if (next.done) throw corrupt('It is cut off within its header.')
    bytes = Buffer.concat([bytes, next.value])
  }
  return { taken: bytes.subarray(0, headerLength), rest: bytes.subarray(headerLength) }
}

async function* following(first: Buffer, source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
}

/** The failure of an archive that is not what was written. */
export const corrupt = (why: string): Failure => new Failure('archive_corrupt', `The archive is damaged. ${why}`)
