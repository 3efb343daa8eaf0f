import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { startLoadBalancer, type LoadBalancer } from '../../../scripts/quickstart/load-balancer.js'

async function serverSaying(text: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => response.setHeader('connection', 'close').end(text))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

describe('startLoadBalancer', () => {
  let balancer: LoadBalancer
  let servers: { server: Server; port: number }[]
  const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${balancer.port}`)).text()
  beforeEach(async () => {
    servers = [await serverSaying('one'), await serverSaying('two')]
    balancer = await startLoadBalancer(
      0,
      servers.map(({ port }) => port),
    )
  })
  afterEach(() => {
    balancer.close()
    for (const { server } of servers) server.close()
  })

  it('hands connections out in turn', async () => {
    expect(new Set([await ask(), await ask()])).to.deep.equal(new Set(['one', 'two']))
  })

  it('passes over one that is not there, so that a killed process costs no request', async () => {
    const [first] = servers
    first?.server.close()
    expect([await ask(), await ask(), await ask()]).to.deep.equal(['two', 'two', 'two'])
  })

  it('refuses a port that is taken', async () => {
    const error = await startLoadBalancer(balancer.port, []).catch((reason: unknown) => reason)
    expect(error).to.have.property('code', 'EADDRINUSE')
  })
})
