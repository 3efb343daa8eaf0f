import { startSimulator, type Simulator } from '@edfi-tenants/admin-api-simulator'
import { Failure } from '@edfi-tenants/core'
import { expect } from 'chai'
import { call, clientId, clientSecret, closeAll, everythingIn, failureOf, open } from './calls.js'

const connectionString = 'Host=db.example;Port=5432;Username=ods;Password=hush-hush;Database=EdFi_Ods_1'
const registration = { name: 'Grand Bend (2026)', instanceType: 'ods', connectionString }

interface StoredInstance {
  id: number
  name: string
  instanceType: string
  connectionString: string
  contexts: { contextKey: string; contextValue: string }[]
}
interface RequestReport {
  requests: { method: string; path: string; tenant: string | null }[]
}

describe('the Admin API client against the simulator', () => {
  let simulator: Simulator

  const control = async <T>(path: string): Promise<T> => (await fetch(simulator.controlUrl + path)).json() as Promise<T>
  const stored = (tenant: string) => control<StoredInstance[]>(`/tenants/${tenant}/odsInstances`)
  const requested = async (method: string, path: string) => {
    const { requests } = await control<RequestReport>('/requests')
    return requests.filter((each) => each.method === method && each.path.startsWith(path))
  }

  beforeEach(async () => {
    const clients = [{ clientId, clientSecret }]
    simulator = await startSimulator({ multiTenant: true, tenants: ['north', 'south'], pathBase: 'adminapi', clients })
  })
  afterEach(async () => {
    await closeAll()
    await simulator.close()
  })

  it('registers, finds, changes and deletes an instance, each in the tenant it was opened for', async () => {
    const north = open(simulator.url, { tenant: 'north' })
    const south = open(simulator.url, { tenant: 'South' })

    expect(await north.findRegistration(registration.name, call)).to.equal(null)
    const id = await north.createRegistration(registration, call)
    await north.putContexts(id, { schoolYearFromRoute: '2026', instanceId: '255901' }, call)

    const found = await north.findRegistration(registration.name, call)
    expect(found).to.deep.include({ odsInstanceId: id, name: registration.name, instanceType: 'ods', derivatives: [] })
    expect(found!.contexts.map(({ key, value }) => [key, value])).to.have.deep.members([
      ['schoolYearFromRoute', '2026'],
      ['instanceId', '255901'],
    ])
    expect(await south.findRegistration(registration.name, call)).to.equal(null)
    expect((await stored('north'))[0]!.connectionString).to.equal(connectionString)

    await north.updateRegistration(id, { name: 'Renamed', instanceType: 'ods' }, call)
    expect(await north.findRegistration(registration.name, call)).to.equal(null)
    expect((await north.readRegistration(id, call))!.name).to.equal('Renamed')
    expect((await stored('north'))[0]!.connectionString).to.equal(connectionString)

    await north.deleteRegistration(id, call)
    await north.deleteRegistration(id, call)
    expect(await north.readRegistration(id, call)).to.equal(null)
    expect(await stored('north')).to.deep.equal([])
  })

  it('sends the tenant with every request, the sign-in included, since a forgotten one reaches another database', async () => {
    const north = open(simulator.url, { tenant: 'north' })
    await north.checkTenant(call)
    await north.createRegistration(registration, call)
    const { requests } = await control<RequestReport>('/requests')
    expect(requests.length).to.be.greaterThan(3)
    expect(requests.map(({ tenant }) => tenant)).to.satisfy((all: string[]) => all.every((each) => each === 'north'))
  })

  it('makes the contexts exactly those asked for and leaves right ones alone, however often it runs', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const id = await api.createRegistration(registration, call)
    await api.putContexts(id, { keep: '1', change: '1', drop: '1' }, call)
    const before = (await api.readRegistration(id, call))!.contexts

    await api.putContexts(id, { keep: '1', Change: '2', add: '3' }, call)
    const after = (await api.readRegistration(id, call))!.contexts
    expect(Object.fromEntries(after.map(({ key, value }) => [key, value]))).to.deep.equal({
      keep: '1',
      Change: '2',
      add: '3',
    })
    for (const key of ['keep', 'change']) {
      const idOf = (list: typeof after) => list.find((each) => each.key.toLowerCase() === key)!.id
      expect(idOf(after)).to.equal(idOf(before))
    }

    await api.putContexts(
      id,
      { keep: '1', Change: '2', add: '3' },
      { ...call, fence: () => Promise.reject(new Error('Nothing had to be changed.')) },
    )
  })

  it('puts contexts right after an answer was lost, without making any twice', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const id = await api.createRegistration(registration, call)
    simulator.setFaults([
      { method: 'POST', pathPattern: '/v2/odsInstanceContexts', kind: 'drop-after-commit', times: 1 },
    ])
    expect(await failureOf(api.putContexts(id, { a: '1', b: '2' }, call))).to.include({
      code: 'admin_api_unreachable',
      retryable: true,
    })
    await api.putContexts(id, { a: '1', b: '2' }, call)
    const [instance] = await stored('north')
    expect(instance!.contexts.map(({ contextKey, contextValue }) => [contextKey, contextValue])).to.deep.equal([
      ['a', '1'],
      ['b', '2'],
    ])
  })

  it('says that the registration is missing when there is none to put contexts on or to change', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    expect(await failureOf(api.putContexts(7, { a: '1' }, call))).to.include({
      code: 'registration_missing',
      retryable: false,
    })
    expect(await failureOf(api.updateRegistration(7, { name: 'x', instanceType: 'ods' }, call))).to.include({
      code: 'registration_missing',
    })
  })

  it('does not repeat a creation whose answer was lost, so that the caller can find what it made', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'drop-after-commit', times: 1 }])
    expect(await failureOf(api.createRegistration(registration, call))).to.include({
      code: 'admin_api_unreachable',
      retryable: true,
    })
    expect(await requested('POST', '/v2/odsInstances')).to.have.length(1)
    expect(await api.findRegistration(registration.name, call)).to.include({ name: registration.name })
    expect(await failureOf(api.createRegistration(registration, call))).to.include({
      code: 'registration_name_taken',
      retryable: false,
    })
  })

  it('does not repeat a creation answered with 500, which may have been made all the same', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'status', status: 500 }])
    expect(await failureOf(api.createRegistration(registration, call))).to.include({
      code: 'admin_api_unavailable',
      retryable: true,
    })
    expect(await requested('POST', '/v2/odsInstances')).to.have.length(1)
  })

  it('repeats reading and what may run twice through a few faults, and gives up after three tries', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const id = await api.createRegistration(registration, call)
    simulator.setFaults([
      { method: 'GET', pathPattern: '/v2/odsInstances', kind: 'status', status: 503, times: 1 },
      { method: 'GET', pathPattern: '/v2/odsInstances', kind: 'drop', times: 1 },
      { method: 'DELETE', pathPattern: '/v2/odsInstances', kind: 'drop-after-commit', times: 1 },
    ])
    expect(await api.readRegistration(id, call)).to.include({ odsInstanceId: id })
    await api.deleteRegistration(id, call)
    expect(await stored('north')).to.deep.equal([])

    simulator.setFaults([{ method: 'GET', pathPattern: '/v2/odsInstances', kind: 'status', status: 500 }])
    await fetch(`${simulator.controlUrl}/requests`, { method: 'DELETE' })
    expect(await failureOf(api.readRegistration(id, call))).to.include({
      code: 'admin_api_unavailable',
      retryable: true,
    })
    expect(await requested('GET', '/v2/odsInstances')).to.have.length(3)
  })

  it('asks for one token for many calls at once, and for a new one before the old one expires', async () => {
    const short = await startSimulator({ clients: [{ clientId, clientSecret }], tokenLifetimeSeconds: 3 })
    try {
      const api = open(short.url)
      const tokens = async () => {
        const response = await fetch(`${short.controlUrl}/requests`)
        const { requests } = (await response.json()) as RequestReport
        return {
          signIns: requests.filter(({ path }) => path === '/connect/token').length,
          refused: requests.filter((each) => 'status' in each && each.status === 401).length,
        }
      }
      await Promise.all(Array.from({ length: 20 }, (_, id) => api.readRegistration(id + 1, call)))
      expect(await tokens()).to.deep.equal({ signIns: 1, refused: 0 })
      await new Promise((resolve) => setTimeout(resolve, 2000))
      await api.readRegistration(1, call)
      expect(await tokens()).to.deep.equal({ signIns: 2, refused: 0 })
    } finally {
      await short.close()
    }
  })

  it('signs in again once when a good-looking token is refused, also before creating', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    await api.checkTenant(call)
    simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'status', status: 401, times: 1 }])
    expect(await api.createRegistration(registration, call)).to.be.greaterThan(0)
    expect(await requested('POST', '/connect/token')).to.have.length(2)

    simulator.setFaults([{ pathPattern: '/v2/odsInstances', kind: 'status', status: 401 }])
    expect(await failureOf(api.readRegistration(1, call))).to.include({
      code: 'admin_api_login_failed',
      retryable: false,
    })
    expect(await requested('POST', '/connect/token')).to.have.length(3)
  })

  it('says that sign-in failed, without the secret', async () => {
    const failure = await failureOf(open(simulator.url, { tenant: 'north', clientId: 'nobody' }).checkTenant(call))
    expect(failure).to.include({ code: 'admin_api_login_failed', retryable: false })
    expect(everythingIn(failure)).not.to.include(clientSecret)
  })

  it('names the scope when a token does not suffice', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    simulator.setFaults([{ pathPattern: '/v2', kind: 'status', status: 403 }])
    const failure = await failureOf(api.checkTenant(call))
    expect(failure).to.include({ code: 'admin_api_login_failed', retryable: false })
    expect(failure.message).to.include('edfi_admin_api/full_access')
  })

  it('knows an unknown tenant from everything else that is refused', async () => {
    expect(await failureOf(open(simulator.url, { tenant: 'east' }).checkTenant(call))).to.include({
      code: 'admin_api_unknown_tenant',
      retryable: false,
    })
    expect(await failureOf(open(simulator.url, { multiTenant: true }).checkTenant(call))).to.include({
      code: 'admin_api_unknown_tenant',
    })
    expect(
      await failureOf(open(simulator.url, { tenant: 'east', signInTenant: 'north' }).checkTenant(call)),
    ).to.include({ code: 'admin_api_unknown_tenant' })
  })

  it('passes on why Admin API refuses, without the connection string', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const failure = await failureOf(
      api.createRegistration({ ...registration, connectionString: 'Password=hush-hush;;Nonsense' }, call),
    )
    expect(failure).to.include({ code: 'admin_api_refused', retryable: false })
    expect(failure.message).to.include('The connection string is not valid.')
    expect(everythingIn(failure)).not.to.include('hush-hush')
  })

  it('refuses to delete a registration that applications use, in Admin API’s words', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const id = await api.createRegistration(registration, call)
    const headers = {
      tenant: 'north',
      authorization: `Bearer ${await simulator.issueToken()}`,
      'content-type': 'application/json',
    }
    const post = async (path: string, body: unknown) => {
      const response = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(response.status).to.equal(201)
      return Number(response.headers.get('location')!.split('/').at(-1))
    }
    const vendor = {
      company: 'V',
      namespacePrefixes: 'uri://v',
      contactName: 'C',
      contactEmailAddress: 'c@example.org',
    }
    const vendorId = await post('/v2/vendors', vendor)
    const application = {
      applicationName: 'A',
      vendorId,
      claimSetName: 'SIS Vendor',
      educationOrganizationIds: [1],
      odsInstanceIds: [id],
    }
    await post('/v2/applications', application)

    const failure = await failureOf(api.deleteRegistration(id, call))
    expect(failure).to.include({ code: 'admin_api_refused', retryable: false })
    expect(failure.message).to.include('some Applications associated')
  })

  it('finds a name in other case, which is the same name to us, after one that is written alike', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    const other = await api.createRegistration({ ...registration, name: 'GRAND BEND' }, call)
    expect(await api.findRegistration('Grand Bend', call)).to.include({ odsInstanceId: other })
    const alike = await api.createRegistration({ ...registration, name: 'Grand Bend' }, call)
    expect(await api.findRegistration('Grand Bend', call)).to.include({ odsInstanceId: alike })
  })

  it('finds only the exact name, when asked so, where the database ignores case', async () => {
    const sqlServer = await startSimulator({ engine: 'SqlServer', clients: [{ clientId, clientSecret }] })
    try {
      const api = open(sqlServer.url)
      const mssql = { instanceType: 'ods', connectionString: 'Server=db;Database=x;User Id=u;Password=p' }
      await api.createRegistration({ name: 'GRAND BEND', ...mssql }, call)
      expect(await api.findRegistration('Grand Bend', call, { exact: true })).to.equal(null)
      expect(await api.findRegistration('GRAND BEND', call, { exact: true })).to.include({ name: 'GRAND BEND' })
    } finally {
      await sqlServer.close()
    }
  })

  it('says what information 2.3 and 2.4 give, and refuses a mode that it cannot speak', async () => {
    expect(await open(simulator.url, { tenant: 'north' }).information(call)).to.include({
      mode: 'v2',
      multiTenant: null,
      tenants: null,
    })
    for (const [options, code] of [
      [{ mode: 'v3', version: '2.4' }, 'admin_api_wrong_mode'],
      [{ mode: 'v1' }, 'admin_api_wrong_mode'],
    ] as const) {
      const other = await startSimulator({ ...options, clients: [{ clientId, clientSecret }] })
      try {
        for (const mode of ['auto', 'v2', 'v3'] as const) {
          expect(await failureOf(open(other.url, { mode }).readRegistration(1, call))).to.include({
            code,
            retryable: false,
          })
        }
      } finally {
        await other.close()
      }
    }
    const newer = await startSimulator({
      version: '2.4',
      multiTenant: true,
      tenants: ['north'],
      clients: [{ clientId, clientSecret }],
    })
    try {
      const information = await open(newer.url, { tenant: 'NORTH' }).information(call)
      expect(information).to.deep.include({ mode: 'v2', multiTenant: true, tenants: ['north'] })
      expect(await failureOf(open(newer.url, { tenant: 'south' }).information(call))).to.include({
        code: 'admin_api_unknown_tenant',
      })
    } finally {
      await newer.close()
    }
  })

  it('awaits the fence before each request that changes something, and stops for good when it throws', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    let fences = 0
    const fenced = { ...call, fence: () => Promise.resolve(fences++).then(() => undefined) }
    const id = await api.createRegistration(registration, fenced)
    await api.putContexts(id, { a: '1', b: '2' }, fenced)
    expect(fences).to.equal(3)
    await api.deleteRegistration(id, fenced)
    expect(fences).to.equal(6)

    const lost = { ...call, fence: () => Promise.reject(new Failure('lease_lost', 'Gone.', { retryable: true })) }
    expect(await failureOf(api.createRegistration(registration, lost))).to.include({ code: 'lease_lost' })
    expect(await stored('north')).to.deep.equal([])
  })

  it('has at most as many calls and connections at a time as allowed', async () => {
    const api = open(simulator.url, { tenant: 'north', maxConcurrency: 3 })
    await api.checkTenant(call)
    simulator.setFaults([{ pathPattern: '/v2', kind: 'latency', latencyMs: 100 }])
    const start = performance.now()
    await Promise.all(Array.from({ length: 12 }, () => api.readRegistration(1, call)))
    expect(performance.now() - start).to.be.within(380, 4000)
  })

  it('ends soon after its signal aborts, with the reason where that is a failure', async () => {
    const api = open(simulator.url, { tenant: 'north' })
    await api.checkTenant(call)
    simulator.setFaults([{ pathPattern: '/v2', kind: 'latency', latencyMs: 5000 }])
    for (const [reason, code] of [
      [new Failure('job_cancelled', 'Stop.'), 'job_cancelled'],
      [undefined, 'admin_api_unreachable'],
    ] as const) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 50)
      const start = performance.now()
      expect(await failureOf(api.readRegistration(1, { signal: controller.signal }))).to.include({ code })
      expect(performance.now() - start).to.be.lessThan(3000)
    }
  })
})
