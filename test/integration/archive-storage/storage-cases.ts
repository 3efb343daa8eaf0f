import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { ArchiveStorage, StoredArchive } from '@edfi-tenants/archive-storage'
import { expect } from 'chai'

/** A storage under test, and ways to look behind it. */
export interface StorageUnderTest {
  storage: ArchiveStorage
  /** Names of everything stored, unfinished parts included. */
  names: () => Promise<string[]>
  readRaw: (archiveId: string) => Promise<Buffer>
  writeRaw: (archiveId: string, bytes: Buffer) => Promise<void>
}

const signal = new AbortController().signal

async function* inPieces(bytes: Buffer, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield await Promise.resolve(bytes.subarray(start, start + size))
}

/** Everything that a storage gives back. */
export async function readAll(storage: ArchiveStorage, stored: StoredArchive, key: Buffer): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of storage.read(stored, key, { signal })) parts.push(chunk)
  return Buffer.concat(parts)
}

/** The code of the failure that something ends in; null when it succeeds. */
async function codeOf(act: Promise<unknown>): Promise<unknown> {
  try {
    await act
    return null
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

/** What every storage of archives promises. */
export function storageCases(open: () => StorageUnderTest): void {
  const key = randomBytes(32)

  it('gives back what was written, and stores it encrypted under the checksum it names', async () => {
    const { storage, readRaw } = open()
    const id = randomUUID()
    const plain = Buffer.concat([Buffer.from('students'.repeat(1000)), randomBytes(1_500_000)])
    const stored = await storage.write(id, inPieces(plain), key, { signal })
    const raw = await readRaw(id)
    expect(stored.location).to.deep.equal(storage.locate(id))
    expect(stored.sizeBytes).to.equal(raw.length)
    expect(stored.checksum).to.equal(createHash('sha256').update(raw).digest('hex'))
    expect(raw.includes('studentsstudents')).to.equal(false)
    expect((await readAll(storage, stored, key)).equals(plain)).to.equal(true)
  })

  it('keeps nothing of a write whose source fails, and passes the source’s own error on', async () => {
    const { storage, names } = open()
    const before = await names()
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* inPieces(randomBytes(200_000))
      throw new TypeError('the export broke')
    }
    const error = await storage.write(randomUUID(), failing(), key, { signal }).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(TypeError).with.property('message', 'the export broke')
    expect(await names()).to.deep.equal(before)
  })

  it('ends soon after it is aborted, though its source never gives anything more, and keeps nothing', async () => {
    const { storage, names } = open()
    const before = await names()
    const stop = new AbortController()
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield randomBytes(200_000)
      setTimeout(() => {
        stop.abort(new Error('stopped'))
      }, 50)
      await new Promise(() => undefined)
    }
    const error = await storage
      .write(randomUUID(), stuck(), key, { signal: stop.signal })
      .catch((thrown: unknown) => thrown)
    expect(error).to.have.property('message', 'stopped')
    expect(await names()).to.deep.equal(before)
  })

  it('writes the same archive again over an earlier try, and removes it as often as asked', async () => {
    const { storage, names } = open()
    const before = await names()
    const id = randomUUID()
    await storage.write(id, inPieces(randomBytes(100_000)), key, { signal })
    const plain = randomBytes(70_000)
    const stored = await storage.write(id, inPieces(plain), key, { signal })
    expect((await readAll(storage, stored, key)).equals(plain)).to.equal(true)
    await storage.remove(storage.locate(id))
    await storage.remove(storage.locate(id))
    expect(await names()).to.deep.equal(before)
  })

  it('reports an archive that is damaged, cut off, exchanged or gone', async () => {
    const { storage, readRaw, writeRaw } = open()
    const id = randomUUID()
    const other = randomUUID()
    const stored = await storage.write(id, inPieces(randomBytes(200_000)), key, { signal })
    await storage.write(other, inPieces(randomBytes(200_000)), key, { signal })
    const raw = await readRaw(id)
    const flipped = Buffer.from(raw)
    flipped.writeUInt8(flipped.readUInt8(100_000) ^ 1, 100_000)
    for (const damaged of [flipped, raw.subarray(0, 150_000), await readRaw(other), Buffer.alloc(0)]) {
      await writeRaw(id, damaged)
      expect(await codeOf(readAll(storage, stored, key))).to.equal('archive_corrupt')
    }
    await storage.remove(stored.location)
    expect(await codeOf(readAll(storage, stored, key))).to.equal('archive_corrupt')
  })

  it('refuses a location of another storage or outside its own', async () => {
    const { storage } = open()
    for (const location of [{}, { file: '../x.archive' }, { file: '/etc/passwd' }, { bucket: 'b' }])
      expect(await codeOf(storage.remove(location))).to.equal('archive_not_available')
  })
}
