import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('the API while something else is away', () => {
  it('takes requests while the queue is away, and says so', async () => {
    const under = await startApi({ QUEUE_URL: 'redis://127.0.0.1:1' })
    try {
      await under.root.post('/v1/environments', environmentBody('default'))
      await under.root.post('/v1/database-servers', serverBody('main'))
      await under.root.post('/v1/tenants', { name: 'alpha' })
      const begun = Date.now()
      const made = await under.root.post('/v1/instances', { tenant: 'alpha', name: 'No bell' })
      expect(made.status).to.equal(202)
      expect(Date.now() - begun).to.be.lessThan(1000)
      const ready = await under.send('GET', '/health/ready')
      expect([ready.status, ready.body.status]).to.deep.equal([200, 'degraded'])
    } finally {
      await under.stop()
    }
  })

  it('answers 503 at once while the control database is away, and works again when it is back', async () => {
    const wire = await startWire()
    const under = await startApi({}, (url) => wire.towards(url))
    try {
      await wire.cut()
      const begun = Date.now()
      for (const ask of [
        () => under.root.get('/v1/tenants'),
        () => under.root.post('/v1/environments', environmentBody('never')),
        () => under.root.post('/v1/tenants', { name: 'never' }, { headers: { 'Idempotency-Key': 'k' } }),
      ]) {
        const { status, headers, body } = await ask()
        expect([status, body.code]).to.deep.equal([503, 'control_database_unavailable'])
        expect(Number(headers.get('retry-after'))).to.be.greaterThan(0)
      }
      const ready = await under.send('GET', '/health/ready')
      expect([ready.status, ready.body.status]).to.deep.equal([503, 'unavailable'])
      expect((await under.send('GET', '/health/live')).status).to.equal(200)
      expect(Date.now() - begun).to.be.lessThan(8000)
      await wire.mend()
      expect((await under.root.get('/v1/environments')).body.items).to.deep.equal([])
    } finally {
      await wire.mend()
      await under.stop()
      wire.stop()
    }
  })

  it('finishes what runs when it stops, and lets nobody wait for the sake of waiting', async () => {
    const under: ApiUnderTest = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    const { body } = await under.root.post('/v1/environments/default/test')
    const waiting = under.root.get(`/v1/jobs/${body.job.id}`, { headers: { Prefer: 'wait=30' } })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const begun = Date.now()
    await under.stop()
    expect((await waiting).status).to.equal(200)
    expect(Date.now() - begun).to.be.lessThan(3000)
  })
})

/** A way to a server that can be cut and mended, without touching the server. */
async function startWire() {
  const sockets = new Set<Socket>()
  let target = { host: '', port: 0 }
  const server = createServer((near) => {
    const far = connect(target)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => [near, far].forEach((end) => end.destroy()))
    }
    near.pipe(far).pipe(near)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    towards(url: string): string {
      const there = new URL(url)
      target = { host: there.hostname, port: Number(there.port) }
      there.hostname = '127.0.0.1'
      there.port = String(port)
      return there.href
    },
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    async mend() {
      if (!server.listening) await listen(port)
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
