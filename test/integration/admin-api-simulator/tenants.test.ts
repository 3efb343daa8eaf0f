import { expect } from 'chai'
import { connectionString, startClient, validSecret, type Client } from './client.js'

const tenantError = (message: string): object => ({ title: 'Validation failed', errors: { Tenant: [message] } })

describe('Admin API simulator: multi-tenant mode', () => {
  let client: Client
  before(async () => {
    client = await startClient({ multiTenant: true, tenants: ['Tenant1', 'tenant2'] })
  })
  after(() => client.simulator.close())

  const get = (path: string, tenant?: string): ReturnType<Client['call']> =>
    client.call('GET', path, undefined, tenant === undefined ? {} : { tenant })

  it('keeps the data of tenants apart, finds them ignoring case, and takes one token for all', async () => {
    const body = { name: 'A', instanceType: 'ods', connectionString }
    expect((await client.call('POST', '/v2/odsInstances', body, { tenant: 'TENANT1' })).status).to.equal(201)
    expect((await get('/v2/odsInstances', 'tenant1')).json).to.have.lengthOf(1)
    expect((await get('/v2/odsInstances', 'tenant2')).json).to.deep.equal([])
    expect((await get('/v2/odsInstances/1', 'tenant2')).status).to.equal(404)
  })

  it('keeps the clients of tenants apart', async () => {
    const registration = { ClientId: 'c', ClientSecret: validSecret, DisplayName: 'c' }
    const token = {
      client_id: 'c',
      client_secret: validSecret,
      grant_type: 'client_credentials',
      scope: 'edfi_admin_api/full_access',
    }
    await client.form('/connect/register', registration, { tenant: 'tenant1' })
    expect((await client.form('/connect/token', token, { tenant: 'tenant1' })).status).to.equal(200)
    expect((await client.form('/connect/token', token, { tenant: 'tenant2' })).status).to.equal(401)
  })

  it('answers 400 to a missing, unknown or badly formed tenant, before it looks at the token', async () => {
    const post = (headers: Record<string, string>): ReturnType<Client['call']> =>
      client.call('POST', '/v2/odsInstances', {}, { authorization: '', ...headers })
    const missing = await post({})
    expect([missing.status, missing.json]).to.deep.equal([400, tenantError('Tenant header is missing (adminconsole)')])
    const unknown = await post({ tenant: 'nobody' })
    expect(unknown.json).to.deep.equal(tenantError('Tenant not found with provided tenant id: nobody'))
    for (const tenant of ['a_b', 'x'.repeat(51)]) {
      const text = 'Please provide valid tenant id. Tenant id can only contain alphanumeric and -'
      expect((await post({ tenant })).json).to.deep.equal(tenantError(text))
    }
    expect((await client.form('/connect/register', {})).json).to.have.nested.property('errors.Tenant')
  })

  it('lets a GET without the header through and then fails, except where no data is read', async () => {
    const failed = await get('/v2/odsInstances')
    expect([failed.status, failed.json.message]).to.deep.equal([
      500,
      'The server encountered an unexpected condition that prevented it from fulfilling the request.',
    ])
    for (const path of ['/', '/health', '/v2/tenants']) expect((await get(path)).status, path).to.equal(200)
  })

  it('lists tenants with host and database only, and answers an empty 404 to an unknown one', async () => {
    const { rows } = await get('/v2/tenants')
    expect(rows.map(({ tenantName }) => tenantName)).to.deep.equal(['Tenant1', 'tenant2'])
    expect((await get('/v2/tenants/TENANT1')).json).to.deep.equal({
      tenantName: 'Tenant1',
      adminConnectionString: { host: 'localhost', database: 'EdFi_Admin_Tenant1' },
      securityConnectionString: { host: 'localhost', database: 'EdFi_Security_Tenant1' },
    })
    const unknown = await get('/v2/tenants/nobody')
    expect([unknown.status, unknown.text]).to.deep.equal([404, ''])
  })
})

describe('Admin API simulator: any tenant', () => {
  it('serves every well-formed name when no tenant is configured', async () => {
    const client = await startClient({ multiTenant: true, clients: [{ clientId: 'c', clientSecret: 's' }] }, 'new-one')
    expect(await client.addInstance('A')).to.equal(1)
    expect((await client.call('GET', '/v2/odsInstances', undefined, { tenant: 'other' })).json).to.deep.equal([])
    expect((await client.call('GET', '/v2/odsInstances', undefined, { tenant: 'bad_name' })).status).to.equal(400)
    await client.simulator.close()
  })
})

describe('Admin API simulator: single tenant, information and versions', () => {
  it('ignores the tenant header and lists one tenant named default', async () => {
    const client = await startClient({}, 'bad_name!')
    expect(await client.addInstance('A')).to.equal(1)
    expect((await client.call('GET', '/v2/tenants')).json).to.have.nested.property('[0].tenantName', 'default')
    expect((await client.call('GET', '/v2/tenants/default')).status).to.equal(200)
    await client.simulator.close()
  })

  it('shows version and build, and from 2.4 the mode and the tenants', async () => {
    const old = await startClient()
    const anonymous = { authorization: '' }
    expect((await old.call('GET', '/', undefined, anonymous)).json).to.deep.equal({ version: '2.3', build: '2.3.2.0' })
    await old.simulator.close()
    const next = await startClient({ version: '2.4', multiTenant: true, tenants: ['t1', 't2'] })
    expect((await next.call('GET', '/', undefined, anonymous)).json).to.deep.equal({
      version: '2.4',
      build: '2.4.0.0',
      specificationVersion: 'v2',
      tenancy: { multitenantMode: true, tenants: ['t1', 't2'] },
    })
    expect((await next.call('GET', '/v2/odsInstances')).json, 'falls back to some database').to.deep.equal([])
    await next.simulator.close()
  })

  it('answers health with the databases in one line', async () => {
    const client = await startClient()
    const answer = await client.call('GET', '/health', undefined, { authorization: '' })
    expect(answer.json).to.deep.equal({ status: 'Healthy', results: [{ name: 'Databases', status: 'Healthy' }] })
    await client.simulator.close()
  })

  it('answers 400 to another version than the served one, before it looks at the token', async () => {
    const wrong = { message: 'Wrong API version for this instance mode.' }
    const v2 = await startClient()
    const answer = await v2.call('GET', '/v1/odsInstances', undefined, { authorization: '' })
    expect([answer.status, answer.json]).to.deep.equal([400, wrong])
    await v2.simulator.close()
    for (const mode of ['v1', 'v3'] as const) {
      const other = await startClient({ mode })
      const refused = await other.call('POST', '/v2/odsInstances', {})
      expect([refused.status, refused.json], mode).to.deep.equal([400, wrong])
      await other.simulator.close()
    }
  })

  it('answers 404 to an unknown path and 405 to an unknown method, without asking for a token', async () => {
    const client = await startClient()
    const anonymous = { authorization: '' }
    expect((await client.call('GET', '/v2/tenant', undefined, anonymous)).status).to.equal(404)
    expect((await client.call('PATCH', '/v2/odsInstances/1', {}, anonymous)).status).to.equal(405)
    await client.simulator.close()
  })

  it('serves below PathBase and beside it, with Locations that know nothing of it', async () => {
    const client = await startClient({ pathBase: '/adminapi/' })
    expect(client.simulator.url).to.match(/\/adminapi$/)
    const body = { name: 'A', connectionString }
    expect((await client.call('POST', '/v2/odsInstances', body)).location).to.equal('/odsInstances/1')
    const root = client.simulator.url.replace('/adminapi', '')
    expect((await fetch(`${root}/health`)).status).to.equal(200)
    await client.simulator.close()
  })
})
