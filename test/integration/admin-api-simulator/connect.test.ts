import { expect } from 'chai'
import { startClient, validSecret, type Client } from './client.js'

const registration = { ClientId: 'client', ClientSecret: validSecret, DisplayName: 'Client' }
const request = {
  client_id: 'client',
  client_secret: validSecret,
  grant_type: 'client_credentials',
  scope: 'edfi_admin_api/full_access',
}
const denied = {
  error: 'invalid_client',
  error_description: 'Access Denied. Please review your information and try again.',
  error_uri: '',
}

describe('Admin API simulator: register and token', () => {
  let client: Client
  before(async () => {
    client = await startClient({ clients: [{ clientId: 'known', clientSecret: 's3cret' }] })
    await client.form('/connect/register', registration)
  })
  after(() => client.simulator.close())

  it('registers a client once and names it in the title', async () => {
    const fields = { clientid: 'other', CLIENTSECRET: validSecret, displayName: 'x' }
    const first = await client.form('/Connect/Register', fields)
    expect(first.status).to.equal(200)
    expect(first.json).to.deep.equal({ title: 'Registered client other successfully.', status: 200 })
    const second = await client.form('/connect/register', fields)
    expect(second.status).to.equal(400)
    expect(second.contentType).to.match(/^application\/problem\+json/)
    expect(second.json).to.deep.equal({
      title: 'Validation failed',
      errors: { ClientId: ['ClientId other already exists'] },
    })
  })

  it('tells one message per empty field, and the rule for a weak secret', async () => {
    const empty = await client.form('/connect/register', { ClientId: '', ClientSecret: '', DisplayName: '' })
    expect(empty.json.errors).to.deep.equal({
      ClientId: ["'Client Id' must not be empty."],
      ClientSecret: ["'Client Secret' must not be empty."],
      DisplayName: ["'Display Name' must not be empty."],
    })
    for (const secret of ['aA1!', 'aA1!'.padEnd(129, 'x'), 'aa1!'.padEnd(40, 'x'), 'aA1'.padEnd(40, 'x')]) {
      const weak = await client.form('/connect/register', { ...registration, ClientId: 'w', ClientSecret: secret })
      expect(weak.json.errors).to.deep.equal({
        ClientSecret: [
          'ClientSecret must contain at least one lowercase letter, one uppercase letter, one number, and one special character, and must be 32 to 128 characters long.',
        ],
      })
    }
  })

  it('refuses a body that is no form with 415', async () => {
    expect((await client.call('POST', '/connect/register', registration)).status).to.equal(415)
  })

  it('gives a bearer token that lives a second longer than expires_in says', async () => {
    const answer = await client.form('/connect/token', request)
    expect(answer.status).to.equal(200)
    expect(answer.json).to.include({ token_type: 'Bearer', expires_in: 1799 })
    const headers = { authorization: `Bearer ${answer.json.access_token}` }
    expect((await client.call('GET', '/v2/odsInstances', undefined, headers)).status).to.equal(200)
  })

  it('takes HTTP Basic and clients from the settings', async () => {
    const { grant_type, scope } = request
    const authorization = `Basic ${Buffer.from('known:s3cret').toString('base64')}`
    expect((await client.form('/connect/token', { grant_type, scope }, { authorization })).status).to.equal(200)
  })

  it('answers 401 invalid_client to wrong credentials and to other grants', async () => {
    for (const wrong of [{ client_secret: 'wrong' }, { client_id: 'nobody' }, { grant_type: 'authorization_code' }]) {
      const answer = await client.form('/connect/token', { ...request, ...wrong })
      expect([answer.status, answer.json]).to.deep.equal([401, denied])
    }
  })

  it('answers 400 invalid_scope to a missing or unknown scope', async () => {
    for (const scope of ['', 'NOT_REAL/SCOPE']) {
      const answer = await client.form('/connect/token', { ...request, scope })
      expect([answer.status, answer.contentType]).to.deep.equal([400, 'application/problem+json'])
      expect(answer.json).to.include({
        error: 'invalid_scope',
        error_description: 'The request is missing required scope claims or has invalid scope values',
      })
    }
  })

  it('answers 400 to an empty secret', async () => {
    const answer = await client.form('/connect/token', { ...request, client_secret: '' })
    expect(answer.status).to.equal(400)
    expect(answer.json).to.have.keys('error', 'error_description', 'error_uri')
  })

  it('answers 401 without or with a foreign token and 403 without the scope, both empty', async () => {
    for (const authorization of ['', 'Bearer nonsense']) {
      const answer = await client.call('GET', '/v2/odsInstances', undefined, { authorization })
      expect([answer.status, answer.text]).to.deep.equal([401, ''])
    }
    const scopeless = await client.simulator.issueToken('edfi_admin_api/other')
    const answer = await client.call('GET', '/v2/odsInstances', undefined, { authorization: `Bearer ${scopeless}` })
    expect([answer.status, answer.text]).to.deep.equal([403, ''])
  })
})

describe('Admin API simulator: settings of register and token', () => {
  it('forbids registering with an empty 403 when it is switched off', async () => {
    const client = await startClient({ allowRegistration: false })
    const answer = await client.form('/connect/register', registration)
    expect([answer.status, answer.text]).to.deep.equal([403, ''])
    await client.simulator.close()
  })

  it('answers 429 to the fourth registration within a minute', async () => {
    const client = await startClient({ registrationsPerMinute: 3 })
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) {
      statuses.push((await client.form('/connect/register', { ...registration, ClientId: `c${n}` })).status)
    }
    expect(statuses).to.deep.equal([200, 200, 200, 429])
    await client.simulator.close()
  })

  it('refuses a token once its lifetime is over', async () => {
    const client = await startClient({ tokenLifetimeSeconds: 2 })
    expect((await client.call('GET', '/v2/odsInstances')).status).to.equal(200)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    expect((await client.call('GET', '/v2/odsInstances')).status).to.equal(401)
    await client.simulator.close()
  })
})
