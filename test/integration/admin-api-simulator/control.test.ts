import { expect } from 'chai'
import { connectionString, startClient, type Client } from './client.js'

const body = { name: 'A', instanceType: 'ods', connectionString }

describe('Admin API simulator: control endpoint', () => {
  let client: Client
  beforeEach(async () => {
    client = await startClient({ multiTenant: true, tenants: ['t1', 't2'] }, 't1')
  })
  afterEach(() => client.simulator.close())

  const control = (method: string, path: string, sent?: unknown): Promise<Response> =>
    fetch(client.simulator.controlUrl + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    })
  const post = (tenant = 't1'): Promise<number> =>
    client.call('POST', '/v2/odsInstances', { ...body, name: `${Math.random()}` }, { tenant }).then(
      ({ status }) => status,
      () => 0,
    )
  const count = async (): Promise<number> => {
    const rows = (await (await control('GET', '/tenants/t1/odsInstances')).json()) as unknown[]
    return rows.length
  }

  it('answers with a status to matching requests only, so many times, after so many have passed', async () => {
    const rule = {
      kind: 'status',
      status: 503,
      method: 'post',
      pathPattern: '/v2/ods',
      tenant: 'T1',
      times: 2,
      skip: 1,
    }
    expect((await control('PUT', '/faults', [rule])).status).to.equal(200)
    const statuses = [await post(), await post('t2'), await post(), await post(), await post()]
    expect(statuses).to.deep.equal([201, 201, 503, 503, 201])
    expect(await (await control('GET', '/faults')).json()).to.deep.equal([{ ...rule, seen: 4, hits: 2 }])
    expect((await control('DELETE', '/faults')).status).to.equal(204)
    expect(await (await control('GET', '/faults')).json()).to.deep.equal([])
  })

  it('drops a request before anything happens, or after its change is made', async () => {
    await control('PUT', '/faults', [{ kind: 'drop', times: 1 }])
    expect([await post(), await count()]).to.deep.equal([0, 0])
    await control('PUT', '/faults', [{ kind: 'drop-after-commit', method: 'POST', times: 1 }])
    expect([await post(), await count()]).to.deep.equal([0, 1])
  })

  it('delays by the sum of the matching latencies', async () => {
    await control('PUT', '/faults', [
      { kind: 'latency', latencyMs: 100, pathPattern: '^/health$' },
      { kind: 'latency', latencyMs: 100, pathPattern: '/health' },
    ])
    const start = performance.now()
    await client.call('GET', '/health')
    expect(performance.now() - start).to.be.greaterThan(195)
  })

  it('shapes known statuses as the original: 500 with its message, health as unhealthy', async () => {
    client.simulator.setFaults([{ kind: 'status', pathPattern: '/health', status: 503 }, { kind: 'status' }])
    const health = await client.call('GET', '/health')
    expect([health.status, health.json.status]).to.deep.equal([503, 'Unhealthy'])
    const { status, json } = await client.call('GET', '/v2/odsInstances')
    expect([status, json.message]).to.deep.equal([
      500,
      'The server encountered an unexpected condition that prevented it from fulfilling the request.',
    ])
  })

  it('names what is wrong with a rule and keeps the old ones', async () => {
    for (const [rule, message] of [
      [{ kind: 'explode' }, 'Rule 0 has a bad value for kind.'],
      [{ kind: 'drop', path: '/x' }, 'Rule 0 has an unknown property path.'],
      [{ kind: 'drop', pathPattern: '(' }, 'Rule 0 has a bad value for pathPattern.'],
      [{}, 'Rule 0 has no kind; it is one of latency, status, drop, drop-after-commit.'],
    ] as const) {
      const answer = await control('PUT', '/faults', [rule])
      expect([answer.status, await answer.json()]).to.deep.equal([400, { message }])
    }
  })

  it('shows stored rows: encrypted as ODS/API wants it, and decrypted', async () => {
    const id = await client.addInstance('A')
    const [row] = (await (await control('GET', '/tenants/t1/odsInstances')).json()) as Record<string, unknown>[]
    expect(row).to.include({ id, name: 'A', instanceType: 'ods', connectionString })
    expect(row?.storedConnectionString).to.match(/^[\w+/]{22}==\|[\w+/=]+\|[\w+/]{43}=$/)
  })

  it('logs requests with their tenant and status, and counts them by route', async () => {
    await client.call('GET', '/v2/odsInstances/5?x=1')
    await client.call('GET', '/v2/odsInstances/6')
    const report = (await (await control('GET', '/requests')).json()) as {
      total: number
      counts: unknown
      requests: unknown[]
    }
    expect(report).to.deep.include({ total: 2, counts: { 'GET /v2/odsInstances/{id} 404': 2 } })
    const logged = { method: 'GET', path: '/v2/odsInstances/5', query: '?x=1', tenant: 't1', status: 404 }
    expect(report.requests[0]).to.deep.include(logged)
  })

  it('puts everything back', async () => {
    await client.addInstance('A')
    expect((await control('DELETE', '/state')).status).to.equal(204)
    expect(await count()).to.equal(0)
    expect(await client.addInstance('A')).to.equal(1)
  })
})

describe('Admin API simulator: guarding the control endpoint', () => {
  it('wants the control token when one is set', async () => {
    const client = await startClient({ controlToken: 'let-me-in' })
    const url = `${client.simulator.controlUrl}/requests`
    expect((await fetch(url)).status).to.equal(401)
    expect((await fetch(url, { headers: { authorization: 'Bearer let-me-in' } })).status).to.equal(200)
    await client.simulator.close()
  })

  it('is not there when it is switched off', async () => {
    const client = await startClient({ control: false })
    expect((await fetch(`${client.simulator.controlUrl}/requests`)).status).to.equal(404)
    await client.simulator.close()
  })
})
