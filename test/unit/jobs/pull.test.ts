import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { pull } from '../../../packages/jobs/src/archives/pull.js'

const never = new AbortController().signal
const chunk = (value: number): Uint8Array => Uint8Array.of(value)

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<number[]> {
  const values: number[] = []
  for await (const each of chunks) values.push(...each)
  return values
}

describe('pulling what is pushed', () => {
  it('gives every chunk in order and ends when production does', async () => {
    const chunks = pull(async (write) => {
      for (const value of [1, 2, 3]) await write(chunk(value))
    }, never)
    expect(await collect(chunks)).to.deep.equal([1, 2, 3])
  })

  it('lets a push end only once its chunk was taken, so that nothing piles up', async () => {
    let pushed = 0
    const chunks = pull(async (write) => {
      for (; pushed < 100; pushed++) await write(chunk(pushed))
    }, never)
    await chunks.next()
    await pause(20)
    expect(pushed).to.be.at.most(2)
    await chunks.return(undefined)
  })

  it('begins nothing before the first chunk is asked for', async () => {
    let begun = false
    const chunks = pull(() => Promise.resolve((begun = true)), never)
    await pause(5)
    expect(begun).to.equal(false)
    expect(await collect(chunks)).to.deep.equal([])
    expect(begun).to.equal(true)
  })

  it('fails as production does, also after its last chunk', async () => {
    const chunks = pull(async (write) => {
      await write(chunk(1))
      throw new Error('the export broke')
    }, never)
    const error = await collect(chunks).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('message', 'the export broke')
  })

  it('stops production and waits for its end when no more is wanted', async () => {
    let ended = false
    const chunks = pull(async (write, signal) => {
      try {
        await write(chunk(1))
        await pause(60_000, undefined, { signal })
      } finally {
        await pause(10)
        ended = true
      }
    }, never)
    for await (const each of chunks) {
      expect(each).to.deep.equal(chunk(1))
      break
    }
    expect(ended).to.equal(true)
  })

  it('stops production when the outer signal aborts', async () => {
    const outer = new AbortController()
    const chunks = pull((_write, signal) => pause(60_000, undefined, { signal }), outer.signal)
    setTimeout(() => {
      outer.abort(new Error('stopped'))
    }, 10)
    const error = await collect(chunks).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('name', 'AbortError')
  })
})
