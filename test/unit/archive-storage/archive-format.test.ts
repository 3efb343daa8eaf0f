import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { decryptArchive, encryptArchive } from '../../../packages/archive-storage/src/archive-format.js'

const key = randomBytes(32)
const segmentSize = 100
const headerLength = 52
const stored = segmentSize + 16

async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* await Promise.resolve(parts)
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

const encrypt = (...parts: Uint8Array[]) => collect(encryptArchive(pieces(...parts), key, segmentSize))

/** What could be read of damaged bytes before the damage was noticed, and with which code. */
async function readDamaged(bytes: Uint8Array, withKey = key): Promise<{ read: number; code: unknown }> {
  let read = 0
  try {
    for await (const chunk of decryptArchive(pieces(bytes), withKey)) read += chunk.length
  } catch (error) {
    return { read, code: (error as { code?: unknown }).code }
  }
  return { read, code: null }
}

describe('The format of an archive', () => {
  for (const length of [0, 1, 99, 100, 101, 200, 250, 1000])
    it(`gives back ${length} bytes as they were, however they are cut on their way`, async () => {
      const plain = randomBytes(length)
      const encrypted = await encrypt(plain.subarray(0, 7), plain.subarray(7, 60), plain.subarray(60))
      expect(encrypted.length).to.equal(headerLength + length + 16 * Math.max(1, Math.ceil(length / segmentSize)))
      for (const step of [1, 52, 116, 10_000]) {
        const cut = []
        for (let start = 0; start < encrypted.length; start += step) cut.push(encrypted.subarray(start, start + step))
        expect((await collect(decryptArchive(pieces(...cut), key))).equals(plain)).to.equal(true)
      }
    })

  it('notices every single bit that differs, and gives out no segment that holds one', async () => {
    const encrypted = await encrypt(randomBytes(250))
    for (let index = 0; index < encrypted.length; index++) {
      const damaged = Buffer.from(encrypted)
      damaged.writeUInt8(damaged.readUInt8(index) ^ (1 << (index % 8)), index)
      const { read, code } = await readDamaged(damaged)
      expect(code, `byte ${index}`).to.equal('archive_corrupt')
      const intactSegments = index < headerLength ? 0 : Math.floor((index - headerLength) / stored)
      expect(read, `byte ${index}`).to.be.at.most(intactSegments * segmentSize)
    }
  })

  it('notices an end that is missing, at a segment’s border too', async () => {
    const encrypted = await encrypt(randomBytes(300))
    for (let length = 0; length < encrypted.length; length++)
      expect((await readDamaged(encrypted.subarray(0, length))).code, `first ${length} bytes`).to.equal(
        'archive_corrupt',
      )
  })

  it('notices segments that were swapped, left out, repeated or added', async () => {
    const encrypted = await encrypt(randomBytes(300))
    const header = encrypted.subarray(0, headerLength)
    const [a, b, c] = [0, 1, 2].map((n) =>
      encrypted.subarray(headerLength + n * stored, headerLength + (n + 1) * stored),
    ) as [Buffer, Buffer, Buffer]
    for (const order of [[b, a, c], [a, c], [c], [a, a, b, c], [a, b, c, c], [a, b, c, a]])
      expect((await readDamaged(Buffer.concat([header, ...order]))).code).to.equal('archive_corrupt')
    expect((await readDamaged(Buffer.concat([header, a, b, c]))).code).to.equal(null)
  })

  it('does not open segments of another stream, though it has the same key', async () => {
    const [one, other] = [await encrypt(randomBytes(300)), await encrypt(randomBytes(300))]
    const mixed = Buffer.concat([one.subarray(0, headerLength + stored), other.subarray(headerLength + stored)])
    expect(await readDamaged(mixed)).to.deep.equal({ read: segmentSize, code: 'archive_corrupt' })
  })

  it('opens with no other key, and says so without a byte of output', async () => {
    const encrypted = await encrypt(randomBytes(300))
    expect(await readDamaged(encrypted, randomBytes(32))).to.deep.equal({ read: 0, code: 'archive_corrupt' })
  })

  it('never writes the same twice, so that nobody sees that two archives are alike', async () => {
    const plain = Buffer.from('the same students')
    const [one, other] = [await encrypt(plain), await encrypt(plain)]
    expect(one.equals(other)).to.equal(false)
    expect(one.includes(plain)).to.equal(false)
  })
})
