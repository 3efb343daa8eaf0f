import { expect } from 'chai'
import { serveMetrics } from '../../../apps/worker/src/metrics-server.js'

const metrics = { read: () => Promise.resolve({ media: 'text/plain', content: 'one 1\n' }) }

describe('the port for the metrics of a worker', () => {
  it('answers one address only, and no longer once closed', async () => {
    const served = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
    const address = `http://127.0.0.1:${served.port}`
    try {
      expect(await (await fetch(`${address}/metrics`)).text()).to.equal('one 1\n')
      expect((await fetch(`${address}/metrics?from=prometheus`)).status).to.equal(200)
      expect((await fetch(`${address}/`)).status).to.equal(404)
      expect((await fetch(`${address}/metrics`, { method: 'POST' })).status).to.equal(404)
    } finally {
      served.close()
    }
    const failed = await fetch(`${address}/metrics`).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
  })

  it('says which setting is to blame where the port is taken', async () => {
    const first = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 })
    try {
      const second = await serveMetrics(metrics, { host: '127.0.0.1', port: first.port }).catch(
        (error: unknown) => error,
      )
      expect(second).to.be.instanceOf(Error)
      const { message, cause } = second as Error
      expect(message).to.equal(`Metrics cannot be served at METRICS_HOST 127.0.0.1, METRICS_PORT ${first.port}.`)
      expect(cause).to.have.property('code', 'EADDRINUSE')
    } finally {
      first.close()
    }
  })
})
