import { createHash } from 'node:crypto'

/** Counts and hashes what passes. `result` is complete once the stream has been read to its end. */
export function measure(chunks: AsyncIterable<Uint8Array>): {
  chunks: AsyncGenerator<Uint8Array>
  result: () => { sizeBytes: number; checksum: string }
} {
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      sizeBytes += chunk.length
      yield chunk
    }
  }
  return { chunks: pass(), result: () => ({ sizeBytes, checksum: hash.copy().digest('hex') }) }
}
