import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const http = { url: 'https://deploy.example.org/hooks', secret, headers: { 'X-Key': 'header-value' } }
const container = { image: 'redis:8', secretEnvironment: { KEY: 'variable-value' } }
const hooks = [
  { name: 'call', events: ['afterRegister'], http },
  { name: 'side', container },
]
const sealed = new RegExp(`${secret}|header-value|variable-value`)

describe('hooks over HTTP', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi({ ALLOWED_TARGET_HOSTS: '*.example.org,db.example.org,127.0.0.1' })
  })
  after(() => under.stop())

  it('are kept with environments, database servers and tenants, and never give a secret back', async () => {
    const { root } = under
    const made = [
      await root.post('/v1/environments', environmentBody('one', { hooks })),
      await root.post('/v1/database-servers', serverBody('one', { hooks })),
      await root.post('/v1/tenants', { name: 'one', environment: 'one', hooks }),
    ]
    for (const { status, body } of made) {
      expect(status, JSON.stringify(body)).to.equal(201)
      expect(JSON.stringify(body)).not.to.match(sealed)
      const [call, side] = (body as unknown as { hooks: Record<string, Record<string, unknown>>[] }).hooks
      expect(call?.['http']).to.deep.include({ url: http.url, headerNames: ['X-Key'], timeoutMs: 15_000 })
      expect(side?.['container']).to.deep.include({
        engine: 'default',
        secretNames: ['KEY'],
        restart: 'unless-stopped',
      })
    }
    expect(under.log()).not.to.match(sealed)
    const [audit] = [await root.get('/v1/audit-events')]
    expect(JSON.stringify(audit.body)).not.to.match(sealed)
  })

  it('keep their secrets through a change, but take none to another address', async () => {
    const { root } = under
    const change = (url: string, more = {}) =>
      root.patch('/v1/tenants/one', { hooks: [{ name: 'call', events: ['afterStop'], http: { url, ...more } }] })
    expect((await change(http.url)).status).to.equal(200)
    const moved = await change('https://other.example.org/hooks')
    expect([moved.status, moved.body.code]).to.deep.equal([422, 'credentials_required'])
    expect((await change('https://other.example.org/hooks', { secret })).status).to.equal(200)
    expect((await root.patch('/v1/tenants/one', { maxInstances: 3 })).body)
      .to.have.property('hooks')
      .with.length(1)
    expect((await root.patch('/v1/tenants/one', { hooks: [] })).body)
      .to.have.property('hooks')
      .that.deep.equals([])
  })

  it('go to no host that is not allowed', async () => {
    for (const [host, path] of [
      ['169.254.169.254', 'environments'],
      ['elsewhere.example.com', 'database-servers'],
    ] as const) {
      const hook = { name: 'call', events: ['afterStop'], http: { url: `http://${host}/`, secret } }
      const refused = await under.root.patch(`/v1/${path}/one`, { hooks: [hook] })
      expect(refused.body).to.include({ code: 'target_host_refused', pointer: '/hooks/0/http/url' })
    }
  })

  it('are not for clients that are bound to tenants, nor without the scope of servers', async () => {
    const bound = await under.client({ scopes: ['tenants:manage', 'servers:manage', 'read'], tenants: ['one'] })
    expect((await bound.patch('/v1/tenants/one', { hooks: [] })).body.code).to.equal('outside_grant')
    const narrow = await under.client({ scopes: ['tenants:manage', 'read'], tenants: ['*'] })
    expect((await narrow.patch('/v1/tenants/one', { hooks: [] })).body.code).to.equal('insufficient_scope')
    expect((await narrow.patch('/v1/tenants/one', { maxInstances: 4 })).status).to.equal(200)
  })
})
