import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { operations, type Operation } from '@edfi-tenants/contract'
import { problemKinds } from '@edfi-tenants/core'
import { expect } from 'chai'
import { apiRoutes, pageOperations } from '../../../apps/api/src/app.js'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('requests that are not as they should be', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/database-servers', serverBody('main'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
  })
  after(() => under.stop())

  it('serves every operation of the contract', () => {
    const routed = [...apiRoutes(under.api.parts).map(({ operation }) => operation), ...pageOperations]
    expect(routed.map(({ id }) => id).sort()).to.deep.equal(Object.keys(operations).sort())
  })

  it('says for every address which methods it takes', async () => {
    for (const { path, method } of Object.values<Operation>(operations).filter(({ id }) => id !== 'getDashboard')) {
      const { status, headers, body } = await under.send('PUT', path.replace(/\{\w+\}/, 'x'))
      expect([path, status, body.code]).to.deep.equal([path, 405, 'method_not_allowed'])
      expect(headers.get('allow')!.split(', '), path).to.include(method.toUpperCase())
    }
    const nowhere = await under.send('GET', '/v1/nothing')
    expect([nowhere.status, nowhere.body.code]).to.deep.equal([404, 'not_found'])
  })

  it('lists every fault at once, with pointers, and refuses what it does not know', async () => {
    const { status, body, headers } = await under.root.post('/v1/instances?validateOnly=perhaps&colour=red', {
      tenant: '../../etc/passwd',
      name: "Robert'); DROP TABLE instances;--",
      databaseName: 'postgres',
      labels: { stage: 5 },
      shoeSize: 43,
    })
    expect([status, body.code]).to.deep.equal([400, 'validation_failed'])
    expect(headers.get('content-type')).to.equal('application/problem+json')
    expect(body.type).to.equal('/docs/errors/validation_failed')
    expect(body.requestId).to.equal(headers.get('x-request-id'))
    expect(body.errors.map(({ pointer }) => pointer)).to.have.members([
      '?validateOnly',
      '?colour',
      '/tenant',
      '/name',
      '/databaseName',
      '/labels/stage',
      '/shoeSize',
    ])
  })

  it('takes SQL and path characters as what they are: data', async () => {
    const label = `'; DROP TABLE instances; -- ../../etc/passwd %00 <script>`
    const made = await under.root.post('/v1/instances', { tenant: 'alpha', name: 'Odd', labels: { label } })
    expect(made.status).to.equal(202)
    const found = await under.root.get(`/v1/instances?label.label=${encodeURIComponent(label)}`)
    expect(found.body.items[0]!.labels).to.deep.equal({ label })
    for (const path of [
      '/v1/tenants/..%2f..%2fetc%2fpasswd',
      "/v1/tenants/a'%20OR%201=1",
      '/v1/instances/1%3BDROP',
      '/v1/jobs/%',
    ])
      expect([path, (await under.root.get(path)).status]).to.deep.equal([path, 404])
  })

  it('answers for bodies that cannot be read, each with its own status', async () => {
    const ask = (body: string, headers = {}) => under.root.post('/v1/tenants', body, { headers })
    const cases: [string, Record<string, string>, number, string][] = [
      ['{"name":', {}, 400, 'malformed_json'],
      ['{"name":"x"}', { 'content-type': 'text/plain' }, 415, 'not_acceptable_media_type'],
      ['{"name":"x"}', { 'content-type': 'application/json; charset=latin1' }, 415, 'not_acceptable_media_type'],
      [`{"name":"${'x'.repeat(1024 * 1024)}"}`, {}, 413, 'payload_too_large'],
      ['"name"', {}, 400, 'validation_failed'],
      ['{"name":"x","displayName":"\\u0000"}', {}, 400, 'validation_failed'],
      ['{"name":"x","__proto__":{"admin":true}}', {}, 400, 'validation_failed'],
    ]
    for (const [body, headers, status, code] of cases) {
      const answer = await ask(body, headers)
      expect([body.slice(0, 40), answer.status, answer.body.code]).to.deep.equal([body.slice(0, 40), status, code])
    }
    const none = await under.root.post('/v1/tenants')
    expect([none.status, none.body.code]).to.deep.equal([400, 'validation_failed'])
  })

  it('answers in problem details even what is no HTTP, and hangs up', async () => {
    const { hostname, port } = new URL(under.url)
    for (const [head, detail] of [
      ['FOO / HTTP/1.1\r\nHost: x', 'the method is none of HTTP.'],
      ['GET / HTTP/1.1\r\nHost: x\r\nbad header: y', 'a header is malformed.'],
      [`GET / HTTP/1.1\r\nHost: x\r\nx-long: ${'x'.repeat(20_000)}`, 'the headers are too large.'],
    ]) {
      const answer = await new Promise<string>((resolve, reject) => {
        let text = ''
        const socket = connect(Number(port), hostname, () => socket.write(`${head!}\r\n\r\n`))
        socket.on('data', (data) => (text += data.toString()))
        socket.on('end', () => resolve(text))
        socket.on('error', reject)
      })
      const [top = '', body = '{}'] = answer.split('\r\n\r\n')
      expect(top).to.match(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/)
      expect(JSON.parse(body)).to.include({ code: 'validation_failed', detail, status: 400 })
    }
  })

  it('reads no body of somebody who has not signed in', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(`${under.url}/v1/tenants`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '1000000' },
      })
      sending.on('response', (response) => {
        resolve(response.statusCode ?? 0)
        sending.destroy()
      })
      sending.on('error', reject)
      sending.flushHeaders()
    })
    expect(status).to.equal(401)
  })

  it('passes request ids on when they are well-formed, and makes one otherwise', async () => {
    const given = await under.send('GET', '/v1/tenants', { headers: { 'x-request-id': 'abc-123' } })
    expect([given.headers.get('x-request-id'), given.body.requestId]).to.deep.equal(['abc-123', 'abc-123'])
    const odd = await under.send('GET', '/v1/tenants', { headers: { 'x-request-id': 'a b' } })
    expect(odd.headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/)
  })

  it('sends the headers that keep browsers safe, and none that tell what it runs on', async () => {
    const { headers } = await under.root.get('/v1/tenants')
    expect(headers.get('x-powered-by')).to.equal(null)
    expect(headers.get('etag')).to.equal(null)
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(headers.get('x-content-type-options')).to.equal('nosniff')
    expect(headers.get('content-security-policy')).to.contain("script-src 'self'")
  })

  it('logs no secret, token or query', async () => {
    await under.root.get('/v1/tenants?limit=7')
    const log = under.log()
    expect(log).to.contain('/v1/tenants')
    expect(log).not.to.contain('limit=7')
    expect(log).not.to.contain(under.root.token)
    expect(log).not.to.match(/admin-secret|admin-password|ods-password/)
  })

  it('has a page for every error, and documentation that needs no other host', async () => {
    for (const code of Object.keys(problemKinds)) {
      const { status, text } = await under.send('GET', `/docs/errors/${code}`)
      expect([code, status]).to.deep.equal([code, 200])
      expect(text).to.contain(`<code>${code}</code>`)
    }
    expect((await under.send('GET', '/docs/errors/nonsense')).status).to.equal(404)
    expect((await under.send('GET', '/docs/errors')).text).to.contain('/docs/errors/name_taken')
    const docs = await under.send('GET', '/docs')
    expect(docs.status).to.equal(200)
    expect(docs.text).not.to.match(/(?:src|href)="(?:https?:)?\/\//)
    for (const [, path] of docs.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect([path, (await under.send('GET', path!)).status]).to.deep.equal([path, 200])
    const { body } = await under.send('GET', '/openapi.json')
    expect(body.openapi).to.equal('3.1.0')
    expect(body.servers[0]!.url).to.equal(under.url)
  })

  it('says how it is', async () => {
    expect((await under.send('GET', '/health/live')).body).to.deep.equal({ status: 'alive' })
    const ready = await under.send('GET', '/health/ready')
    expect([ready.status, ready.body.status]).to.deep.equal([200, 'ready'])
  })
})
