import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { environmentBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('signing in', () => {
  let under: ApiUnderTest
  let issuer: Awaited<ReturnType<typeof startIssuer>>
  before(async () => {
    issuer = await startIssuer()
    under = await startApi({ OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'edfi' })
  })
  after(async () => {
    await under.stop()
    issuer.stop()
  })

  const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    under.send('POST', '/connect/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    })

  it('gives a token for id and secret in the form or as Basic, for the scopes asked for', async () => {
    const { id, secret } = await under.client({ scopes: ['read', 'instances:create'], tenants: ['a'] })
    const form = await token({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
    expect(form.status).to.equal(200)
    expect(form.headers.get('cache-control')).to.equal('no-store')
    expect(form.body).to.include({ token_type: 'Bearer', expires_in: 900, scope: 'read instances:create' })

    const basic = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
    const narrowed = await token({ grant_type: 'client_credentials', scope: 'read' }, basic)
    expect(narrowed.body.scope).to.equal('read')
    const refused = await under.send('POST', '/v1/instances', {
      headers: { authorization: `Bearer ${narrowed.body.access_token}` },
      body: {},
    })
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'insufficient_scope'])
  })

  it('refuses in words that OAuth clients understand', async () => {
    const wrong = await token({ grant_type: 'client_credentials', client_id: 'root', client_secret: 'guess' })
    expect([wrong.status, wrong.body.code, wrong.body.error]).to.deep.equal([401, 'invalid_client', 'invalid_client'])
    expect(wrong.headers.get('content-type')).to.contain('application/problem+json')
    expect(wrong.headers.get('www-authenticate')).to.contain('Basic')
    const grant = await token({ grant_type: 'password', client_id: 'root', client_secret: 'guess' })
    expect([grant.status, grant.body.error]).to.deep.equal([400, 'unsupported_grant_type'])
    const scope = await token({
      grant_type: 'client_credentials',
      client_id: 'root',
      client_secret: under.root.secret,
      scope: 'everything',
    })
    expect([scope.status, scope.body.error]).to.deep.equal([400, 'invalid_scope'])
    const json = await under.send('POST', '/connect/token', { body: { grant_type: 'client_credentials' } })
    expect([json.status, json.body.code]).to.deep.equal([415, 'not_acceptable_media_type'])
  })

  it('takes no token that is missing, changed, or signed by somebody else', async () => {
    // Of the last character only the first four bits count.
    const changed = under.root.token.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    const [, payload] = under.root.token.split('.')
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
    const foreign = await new SignJWT({ scope: 'admin', secret: 'x' })
      .setProtectedHeader({ alg: 'HS256', kid: 't1' })
      .setSubject('root')
      .setIssuer('edfi-tenants')
      .setAudience('api')
      .setExpirationTime('1h')
      .sign(randomBytes(32))
    for (const authorization of [
      undefined,
      'Bearer',
      `Bearer ${changed}`,
      `Bearer ${unsigned}`,
      `Bearer ${foreign}`,
      'Basic eA==',
    ]) {
      const { status, body, headers } = await under.send('GET', '/v1/tenants', {
        headers: authorization === undefined ? {} : { authorization },
      })
      expect([authorization, status, body.code]).to.deep.equal([authorization, 401, 'unauthenticated'])
      expect(headers.get('www-authenticate')).to.equal('Bearer')
    }
  })

  it('ends the tokens of a client whose secret was changed or that was removed', async () => {
    const client = await under.client({ scopes: ['read'], tenants: ['a'] })
    expect((await client.get('/v1/tenants')).status).to.equal(200)
    const rotated = await under.root.post(`/v1/api-clients/${client.id}/rotate`)
    expect(rotated.status).to.equal(200)
    expect((await client.get('/v1/tenants')).status).to.equal(401)
    const fresh = await token({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: rotated.body.clientSecret,
    })
    const bearer = { headers: { authorization: `Bearer ${fresh.body.access_token}` } }
    expect((await under.send('GET', '/v1/tenants', bearer)).status).to.equal(200)
    expect((await under.root.delete(`/v1/api-clients/${client.id}`)).status).to.equal(204)
    expect((await under.send('GET', '/v1/tenants', bearer)).status).to.equal(401)
  })

  it('lets only trusted clients speak for others, and remembers for whom', async () => {
    const trusted = await under.client({ scopes: ['admin'], tenants: ['*'], mayActForOthers: true })
    const headers = { 'x-on-behalf-of': 'teacher@example.org' }
    expect((await trusted.post('/v1/environments', environmentBody('behalf'), { headers })).status).to.equal(201)
    const { body } = await under.root.get('/v1/audit-events?action=environment.create')
    expect(body.items[0]).to.include({ actor: trusted.id, onBehalfOf: 'teacher@example.org', target: 'behalf' })
    const other = await under.client({ scopes: ['read'], tenants: ['*'] })
    const refused = await other.get('/v1/tenants', { headers })
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'insufficient_scope'])
  })

  it('trusts a configured issuer, but only for us and only by its own keys', async () => {
    const get = async (jwt: string) => under.send('GET', '/v1/tenants', { headers: { authorization: `Bearer ${jwt}` } })
    const good = await issuer.sign({ scope: 'read openid', tenants: ['a'] })
    expect((await get(good)).status).to.equal(200)
    expect((await get(await issuer.sign({ scope: 'openid' }))).body.code).to.equal('insufficient_scope')
    expect((await get(await issuer.sign({ scope: 'read' }, { audience: 'another' }))).status).to.equal(401)
    expect((await get(await issuer.sign({ scope: 'read' }, { expires: '-1m' }))).status).to.equal(401)
    const person = await issuer.sign({ scope: 'read', azp: 'portal|x', tenants: ['a'] })
    await under.send('GET', '/v1/jobs/00000000-0000-4000-8000-000000000000', {
      headers: { authorization: `Bearer ${person}` },
    })
    const { items } = (await under.root.get('/v1/audit-events?actor=oidc:portal%257Cx%7Csomebody')).body
    expect(items.map(({ action }) => action)).to.deep.equal(['job.get'])
    const { privateKey } = await generateKeyPair('ES256')
    expect((await get(await issuer.sign({ scope: 'read' }, { privateKey }))).status).to.equal(401)
  })

  it('slows down a client that signs in again and again, even rightly', async () => {
    const { id, secret } = await under.client({ scopes: ['read'], tenants: ['a'] })
    const limited = []
    for (let n = 0; n < 64; n++) {
      const answer = await token({ grant_type: 'client_credentials', client_id: id, client_secret: secret })
      if (answer.status === 429) limited.push(answer)
    }
    // The client has already signed in once.
    expect(limited).to.have.length(5)
    expect(limited[0]!.body.code).to.equal('too_many_requests')
    expect(limited[0]!.headers.get('retry-after')).to.equal('60')
  })

  it('lets nobody fill the audit log by failing under ever new ids', async () => {
    const busy = await startApi()
    const attempt = (path: string, id: string) =>
      busy.send('POST', path, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: 'x' }).toString(),
      })
    try {
      for (const [path, action] of [
        ['/connect/token', 'token.create'],
        ['/dashboard/sign-in', 'dashboard.sign-in'],
      ] as const) {
        const attempts = await Promise.all(Array.from({ length: 65 }, (_, n) => attempt(path, `stranger-${n}`)))
        expect(
          attempts.filter(({ status }) => status === 401),
          path,
        ).to.have.length(60)
        expect(
          attempts.filter(({ status }) => status === 429),
          path,
        ).to.have.length(5)
        const { items } = (await busy.root.get(`/v1/audit-events?action=${action}&limit=200`)).body
        expect(items, path).to.have.length(60)
      }
    } finally {
      await busy.stop()
    }
  })

  it('counts no sign-in that succeeds as a failure of its address', async () => {
    const busy = await startApi()
    try {
      for (let n = 0; n < 65; n++) await busy.client({ scopes: ['read'], tenants: ['a'] })
    } finally {
      await busy.stop()
    }
  })
})

/** An OIDC issuer of one key. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }
  const server: Server = createServer((request, response) => {
    const url = `http://${request.headers.host}`
    const body = request.url?.includes('openid-configuration')
      ? { issuer: url, jwks_uri: `${url}/keys` }
      : { keys: [jwk] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sign: (
      claims: Record<string, unknown>,
      options: { audience?: string; expires?: string; privateKey?: typeof privateKey } = {},
    ) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(url)
        .setSubject('somebody')
        .setAudience(options.audience ?? 'edfi')
        .setExpirationTime(options.expires ?? '5m')
        .sign(options.privateKey ?? privateKey),
    stop: () => server.close(),
  }
}
