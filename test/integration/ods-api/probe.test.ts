import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOdsApiClient, type OdsApiClient, type OdsApiConnection } from '@edfi-tenants/ods-api'
import { expect } from 'chai'

const secret = 'probe/secret+1'
const nothing = () => undefined
const call = () => ({ signal: new AbortController().signal })

describe('the probe of ODS/API', () => {
  let server: Server
  let client: OdsApiClient
  let requests: string[]
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  let tokens: number

  const json = (response: ServerResponse, status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

  /** An ODS/API with one instance. */
  const odsApi = (request: IncomingMessage, response: ServerResponse): void => {
    const basic = Buffer.from(`probe:${encodeURIComponent(secret)}`).toString('base64')
    if (request.url?.endsWith('/oauth/token')) {
      if (request.headers.authorization !== `Basic ${basic}`)
        json(response, 401, { error: 'invalid_client', error_description: `No such client, ${secret}` })
      else json(response, 200, { access_token: `t${++tokens}`, expires_in: 1800, token_type: 'bearer' })
    } else if (request.headers.authorization !== `Bearer t${tokens}`) json(response, 401, {})
    else if (request.url?.startsWith('/district-1/2026/data/v3/ed-fi/schools')) json(response, 200, [])
    else json(response, 404, { detail: 'No ODS instance matching the available route values was found.' })
  }

  before((done) => {
    server = createServer((request, response) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
      answer(request, response)
    }).listen(0, '127.0.0.1', done)
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    requests = []
    tokens = 0
    answer = odsApi
    client = createOdsApiClient({ log: { warn: nothing } })
  })
  afterEach(() => client.close())

  const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = (more: Partial<OdsApiConnection> = {}): OdsApiConnection => ({
    baseUrl: baseUrl(),
    contextRouteTemplate: '{schoolYearFromRoute:int}',
    notifications: null,
    probe: { clientId: 'probe', clientSecret: secret },
    ...more,
  })
  const instance = { adminTenant: 'district-1', contexts: { schoolYearFromRoute: '2026' } }

  it('gets a token and reads one school, under tenant and contexts', async () => {
    const found = await client.open(connection()).probe(instance, call())
    expect(found.status).to.equal('healthy')
    expect(found).to.have.property('latencyMs').that.is.a('number')
    expect(requests).to.deep.equal([
      'POST /district-1/2026/oauth/token',
      'GET /district-1/2026/data/v3/ed-fi/schools?limit=1&offset=0',
    ])
  })

  it('keeps its token, as ODS/API gives a client only so many, and gets another when it is refused', async () => {
    await client.open(connection()).probe(instance, call())
    await client.open(connection()).probe(instance, call())
    expect(tokens).to.equal(1)
    tokens = 7
    expect(await client.open(connection()).probe(instance, call())).to.include({ status: 'healthy' })
    expect(tokens).to.equal(8)
  })

  it('is unhealthy where ODS/API cannot find or serve the instance, in ODS/API’s words', async () => {
    const elsewhere = { ...instance, contexts: { schoolYearFromRoute: '2027' } }
    const found = await client.open(connection()).probe(elsewhere, call())
    expect(found).to.include({ status: 'unhealthy' })
    expect(found).to.have.property('reason').that.contains('404').and.contains('No ODS instance matching')
    const unfit = await client.open(connection()).probe({ ...instance, contexts: {} }, call())
    expect(unfit).to.have.property('reason').that.contains('schoolYearFromRoute')
    answer = (request, response) =>
      request.url?.endsWith('/token') ? odsApi(request, response) : json(response, 500, { message: 'It broke.' })
    expect(await client.open(connection()).probe(instance, call())).to.deep.equal({
      status: 'unhealthy',
      reason: 'ODS/API answered a read of schools with 500: It broke.',
    })
  })

  it('is not checked where the client is refused, which says nothing of the instance, and tells no secret', async () => {
    const wrong = connection({ probe: { clientId: 'other', clientSecret: secret } })
    const found = await client.open(wrong).probe(instance, call())
    expect(found).to.include({ status: 'not_checked' })
    expect(JSON.stringify(found)).to.contain('No such client, ***').and.not.contain(secret)
    answer = (request, response) =>
      request.url?.endsWith('/token') ? odsApi(request, response) : json(response, 403, {})
    expect(await client.open(connection()).probe(instance, call())).to.include({ status: 'not_checked' })
  })

  it('is not checked where address or client are not on record, and asks nobody', async () => {
    for (const more of [{ baseUrl: null }, { probe: null }])
      expect(await client.open(connection(more)).probe(instance, call())).to.include({ status: 'not_checked' })
    expect(requests).to.deep.equal([])
  })

  it('is unhealthy where nobody answers, and refuses link-local addresses', async () => {
    const away = await client.open(connection({ baseUrl: 'http://127.0.0.1:1' })).probe(instance, call())
    expect(away).to.include({ status: 'unhealthy' })
    const linkLocal = await client.open(connection({ baseUrl: 'http://169.254.169.254' })).probe(instance, call())
    expect(linkLocal).to.have.property('reason').that.contains('link-local')
  })

  it('follows no redirect: it would carry the secret elsewhere', async () => {
    answer = (_, response) => response.writeHead(307, { location: `${baseUrl()}/elsewhere` }).end()
    expect(await client.open(connection()).probe(instance, call())).to.include({ status: 'unhealthy' })
    expect(requests).to.have.length(1)
  })

  it('fails with the reason of an aborted signal only', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    answer = () => controller.abort(reason)
    const failed = await client
      .open(connection())
      .probe(instance, controller)
      .catch((error: unknown) => error)
    expect(failed).to.equal(reason)
  })
})
