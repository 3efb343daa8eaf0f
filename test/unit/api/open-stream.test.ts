import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect } from 'chai'
import type { Response } from 'express'
import { eventIdOf, positionOf } from '../../../apps/api/src/events/event-id.js'
import { openStream } from '../../../apps/api/src/events/open-stream.js'
import { createStreamLimits } from '../../../apps/api/src/events/stream-limits.js'

describe('an open stream', () => {
  let server: Server
  before(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  /** A response, and the connection of the one who reads it. */
  async function connection(): Promise<{ response: ServerResponse; reader: Socket }> {
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
    reader.on('error', () => undefined)
    reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    return { response, reader }
  }

  it('is cut when its reader leaves too much unread, so that memory does not grow', async () => {
    const { response, reader } = await connection()
    reader.pause()
    const stream = openStream(response as Response, 100_000)
    const text = 'x'.repeat(10_000)
    let sent = 0
    for (; stream.isOpen && sent < 5_000; sent += 1) {
      stream.send(text)
      if (sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
      expect(response.writableLength).to.be.lessThan(1_000_000)
    }
    expect(stream.isOpen).to.equal(false)
    expect(sent).to.be.lessThan(5_000)
    await stream.caughtUp()
    reader.destroy()
  })

  it('waits for a reader who is slow now and then, in order and without loss', async () => {
    const { response, reader } = await connection()
    const stream = openStream(response as Response, 100_000_000)
    reader.pause()
    const lines = Array.from({ length: 3_000 }, (_, n) => `${n}:${'x'.repeat(2_000)}\n`)
    for (const line of lines) stream.send(line)
    let caughtUp = false
    const waiting = stream.caughtUp().then(() => (caughtUp = true))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(caughtUp).to.equal(false)
    let text = ''
    reader.on('data', (chunk) => (text += chunk.toString()))
    reader.resume()
    await waiting
    stream.end('finished')
    await once(response, 'close')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const numbers = [...text.matchAll(/^(\d+):x/gm)].map((match) => Number(match[1]))
    expect(numbers).to.deep.equal(lines.map((_, n) => n))
    expect(text).to.contain('"reason":"finished"')
    reader.destroy()
  })

  it('is told by an id from which the place of its reader can be read, and by no other text', () => {
    const position = {
      seen: { xmin: 1000, xmax: 1012, open: [1000, 1007] },
      until: { xmin: 1007, xmax: 1020, open: [1007] },
      at: 91,
    }
    expect(positionOf(eventIdOf(position))).to.deep.equal(position)
    const nothing = { seen: { xmin: 0, xmax: 0, open: [] }, until: { xmin: 5, xmax: 5, open: [] }, at: 0 }
    expect(positionOf(eventIdOf(nothing))).to.deep.equal(nothing)
    for (const id of [
      '',
      '1',
      '1.1~1.1',
      '1.1~1.1~',
      '1.1~1~1',
      '1.1~1.-1~1',
      '1.1~1.1~1~1',
      `${'z'.repeat(11)}.1~1.1~1`,
    ])
      expect(positionOf(id), id).to.equal(undefined)
  })

  it('counts for its client until it is closed', () => {
    const limits = createStreamLimits({ perClient: 2, perProcess: 3 })
    const release = limits.acquire('a')
    limits.acquire('a')
    expect(() => limits.acquire('a'))
      .to.throw()
      .with.property('code', 'too_many_requests')
    release()
    release()
    limits.acquire('a')
    limits.acquire('b')
    expect(() => limits.acquire('c'))
      .to.throw()
      .with.property('code', 'too_many_requests')
  })
})
