import { createAdminApiClient, type ExchangeReport } from '@edfi-tenants/admin-api'
import { expect } from 'chai'
import { call, clientId, clientSecret, closeAll, everythingIn, failureOf, open } from './calls.js'
import { startRawServer, type Handler, type RawServer } from './raw-server.js'

describe('the Admin API client against servers that behave otherwise', () => {
  const servers: RawServer[] = []
  const serve = async (handler: Handler) => {
    const server = await startRawServer(handler)
    servers.push(server)
    return server
  }
  /** Answers of every path below /v2; information and token are the common ones. */
  const resources = (answer: Handler) =>
    serve((seen, response) => (seen.path.startsWith('/v2') ? answer(seen, response) : undefined))

  afterEach(async () => {
    await closeAll()
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  it('understands the bodies of 2.0, without contexts, and its refusals', async () => {
    const { url } = await resources(({ method }) =>
      method === 'GET'
        ? { status: 200, body: { id: 4, name: 'A', instanceType: null } }
        : {
            status: 400,
            body: { title: 'Validation failed', errors: { InstanceType: ["'Instance Type' must not be empty."] } },
          },
    )
    const api = open(url)
    expect(await api.information(call)).to.deep.equal({
      version: '2.0',
      build: '2.0.0.0',
      mode: 'v2',
      multiTenant: null,
      tenants: null,
    })
    expect(await api.readRegistration(4, call)).to.deep.equal({
      odsInstanceId: 4,
      name: 'A',
      instanceType: null,
      contexts: [],
      derivatives: [],
    })
    const failure = await failureOf(
      api.createRegistration({ name: 'A', instanceType: '', connectionString: 'x=y' }, call),
    )
    expect(failure).to.include({
      code: 'admin_api_refused',
      message: "InstanceType: 'Instance Type' must not be empty.",
    })
  })

  it('finds a name behind others where the filter is ignored, and believes no page that repeats itself', async () => {
    const all = Array.from({ length: 450 }, (_, index) => ({
      id: index + 1,
      name: `Instance ${index + 1}`,
      instanceType: 'ods',
    }))
    const listed: Handler = ({ path }) => {
      const { pathname, searchParams } = new URL(path, 'http://x')
      const id = Number(pathname.split('/')[3])
      if (id) return { status: 200, body: all[id - 1] }
      const offset = Number(searchParams.get('offset'))
      return { status: 200, body: all.slice(offset, offset + Math.min(100, Number(searchParams.get('limit')))) }
    }
    const api = open((await resources(listed)).url)
    expect(await api.findRegistration('Instance 450', call)).to.include({ odsInstanceId: 450 })
    expect(await api.findRegistration('instance 450', call)).to.include({ odsInstanceId: 450 })
    expect(await api.findRegistration('instance 450', call, { exact: true })).to.equal(null)
    expect(await api.listRegistrations(call)).to.deep.equal(
      all.map(({ id, ...rest }) => ({ odsInstanceId: id, ...rest })),
    )

    const endless = open((await resources(() => ({ status: 200, body: all.slice(0, 10) }))).url)
    expect(await failureOf(endless.findRegistration('Other', call))).to.include({ code: 'admin_api_unexpected' })
  })

  it('has no credentials of their own before 2.3, and asks what else answers 404 where there should be some', async () => {
    const old = await serve(({ path }) => (path.startsWith('/v2') ? { status: 404 } : undefined))
    expect(await open(old.url).listApiClients(1, call)).to.equal(null)
    expect(await open(old.url).readApiClient(1, call)).to.equal(null)

    const odd = await serve(({ path }) =>
      path === '/'
        ? { status: 200, body: { version: '2.3', build: '2.3.0' } }
        : path.startsWith('/v2')
          ? { status: 404 }
          : undefined,
    )
    expect(await failureOf(open(odd.url).listApiClients(1, call))).to.include({ code: 'admin_api_unexpected' })
  })

  it('does not say whether an application is enabled where the version does not, and sends no such field back', async () => {
    const bodies: unknown[] = []
    const { url } = await resources(({ method, body }) => {
      if (method === 'PUT') bodies.push(JSON.parse(body))
      return {
        status: 200,
        body: {
          id: 3,
          applicationName: 'A',
          claimSetName: 'C',
          educationOrganizationIds: [1],
          vendorId: 2,
          profileIds: null,
          odsInstanceIds: [4],
        },
      }
    })
    const api = open(url)
    const application = (await api.readApplication(3, call))!
    expect(application.enabled).to.equal(null)
    await api.updateApplication({ ...application, odsInstanceIds: [4, 5] }, call)
    expect(bodies).to.deep.equal([
      {
        applicationName: 'A',
        vendorId: 2,
        claimSetName: 'C',
        profileIds: [],
        educationOrganizationIds: [1],
        odsInstanceIds: [4, 5],
      },
    ])
  })

  it('shows nothing of an answer with a secret that has not the shape of one', async () => {
    const { url } = await resources(() => ({ status: 201, body: { id: '3', key: 'k', secret: 'do-not-tell' } }))
    const failure = await failureOf(
      open(url).createApplication(
        {
          applicationName: 'A',
          vendorId: 1,
          claimSetName: 'C',
          profileIds: [],
          educationOrganizationIds: [1],
          odsInstanceIds: [1],
        },
        call,
      ),
    )
    expect(failure).to.include({ code: 'admin_api_unexpected' })
    expect(everythingIn(failure)).not.to.include('do-not-tell')
  })

  it('takes the id from any kind of Location, and says so when there is none', async () => {
    for (const [location, id] of [
      ['/odsInstances/12', 12],
      ['https://host/base/v2/odsInstances/13/', 13],
      ['odsInstances/14?x=1', 14],
    ] as const) {
      const { url } = await resources(() => ({ status: 201, headers: { location } }))
      expect(
        await open(url).createRegistration({ name: 'A', instanceType: 'ods', connectionString: 'x=y' }, call),
      ).to.equal(id)
    }
    const { url } = await resources(() => ({ status: 201, headers: { location: '/odsInstances/new' } }))
    const failure = await failureOf(
      open(url).createRegistration({ name: 'A', instanceType: 'ods', connectionString: 'x=y' }, call),
    )
    expect(failure).to.include({ code: 'admin_api_unexpected', retryable: false })
  })

  it('refuses answers of an unknown shape instead of reading something into them', async () => {
    for (const body of [
      '<html>Welcome</html>',
      '',
      [],
      { id: '4', name: 'A' },
      { id: 4, name: 'A', odsInstanceContexts: [{ key: 'a' }] },
    ]) {
      const { url } = await resources(() => ({ status: 200, body }))
      expect(await failureOf(open(url).readRegistration(4, call)), JSON.stringify(body)).to.include({
        code: 'admin_api_unexpected',
        retryable: false,
      })
    }
  })

  it('does not take a web server’s 404 for a registration that is gone', async () => {
    for (const body of ['<h1>404</h1>', { title: 'Not Found', status: 404 }]) {
      const { url } = await resources(() => ({ status: 404, body }))
      expect(await failureOf(open(url).readRegistration(4, call))).to.include({ code: 'admin_api_unexpected' })
      expect(await failureOf(open(url).deleteRegistration(4, call))).to.include({ code: 'admin_api_unexpected' })
    }
  })

  it('says wrong mode when nothing answers at the URL, or when the paths belong to another mode', async () => {
    const empty = await serve(() => ({ status: 404 }))
    expect(await failureOf(open(empty.url).information(call))).to.include({
      code: 'admin_api_wrong_mode',
      retryable: false,
    })
    const other = await resources(() => ({
      status: 400,
      body: { message: 'Wrong API version for this instance mode.' },
    }))
    expect(await failureOf(open(other.url).readRegistration(1, call))).to.include({
      code: 'admin_api_wrong_mode',
      retryable: false,
    })
    const page = await serve(() => ({ status: 200, body: '<html></html>' }))
    expect(await failureOf(open(page.url).information(call))).to.include({ code: 'admin_api_unexpected' })
  })

  it('believes what the server says now when what it said before would refuse', async () => {
    let mode = 'v3'
    const { url } = await serve(({ path }) =>
      path === '/'
        ? { status: 200, body: { version: '2.4', build: '2.4.0', specificationVersion: mode, tenancy: null } }
        : undefined,
    )
    const api = open(url)
    expect(await failureOf(api.readRegistration(1, call))).to.include({ code: 'admin_api_wrong_mode' })
    mode = 'v2'
    expect(await api.readRegistration(1, call)).to.equal(null)
    mode = 'v3'
    expect(await api.readRegistration(1, call), 'from the cache').to.equal(null)
  })

  it('refuses a single-tenant server for a multi-tenant environment, whose tenants would share one database', async () => {
    const { url } = await serve(({ path }) =>
      path === '/'
        ? {
            status: 200,
            body: { version: '2.4', specificationVersion: 'v2', tenancy: { multitenantMode: false, tenants: [] } },
          }
        : undefined,
    )
    expect(await failureOf(open(url, { tenant: 'north' }).readRegistration(1, call))).to.include({
      code: 'admin_api_wrong_mode',
    })
    expect(await open(url).readRegistration(1, call)).to.equal(null)
  })

  it('follows no redirect, so that secrets stay with the address they were given for', async () => {
    const elsewhere = await serve(() => undefined)
    const { url } = await serve(({ path }) => ({ status: 307, headers: { location: elsewhere.url + path } }))
    const failure = await failureOf(open(url).information(call))
    expect(failure).to.include({ code: 'admin_api_unexpected', retryable: false })
    expect(failure.message).to.include(elsewhere.url)
    const late = await serve(({ path }) =>
      path === '/connect/token' ? { status: 307, headers: { location: elsewhere.url + path } } : undefined,
    )
    expect(await failureOf(open(late.url).readRegistration(1, call))).to.include({ code: 'admin_api_unexpected' })
    expect(elsewhere.seen).to.deep.equal([])
  })

  it('signs in at each address by itself', async () => {
    const tokenOf =
      (name: string): Handler =>
      ({ path }) =>
        path === '/connect/token'
          ? { status: 200, body: { access_token: name, token_type: 'Bearer', expires_in: 1799 } }
          : undefined
    const [one, two] = [await serve(tokenOf('token-one')), await serve(tokenOf('token-two'))]
    const client = createAdminApiClient()
    const connection = { clientId, clientSecret, mode: 'auto', multiTenant: false } as const
    for (const { url } of [one, two]) await client.open({ ...connection, url }, '').readRegistration(1, call)
    await client.open({ ...connection, url: one.url, clientSecret: 'another' }, '').readRegistration(1, call)
    await client.close()
    const authorizations = (server: RawServer) => server.seen.flatMap(({ headers }) => headers.authorization ?? [])
    expect(new Set(authorizations(one))).to.deep.equal(new Set(['Bearer token-one']))
    expect(new Set(authorizations(two))).to.deep.equal(new Set(['Bearer token-two']))
    expect(
      one.seen.filter(({ path }) => path === '/connect/token'),
      'another secret signs in for itself',
    ).to.have.length(2)
  })

  it('refuses a giant answer without reading it to the end', async () => {
    const { url } = await resources((_seen, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(256 * 1024, ' ')
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
      return 'handled'
    })
    const start = performance.now()
    expect(await failureOf(open(url).readRegistration(1, call))).to.include({
      code: 'admin_api_unexpected',
      retryable: false,
    })
    expect(performance.now() - start).to.be.lessThan(5000)
  })

  it('reads many answers of allowed size over one connection', async () => {
    const { url, connections } = await resources(() => ({
      status: 200,
      body: { id: 1, name: 'x'.repeat(2 * 1024 * 1024) },
    }))
    const api = open(url, { maxConcurrency: 1 })
    for (let round = 0; round < 5; round++) expect((await api.readRegistration(1, call))!.odsInstanceId).to.equal(1)
    expect(connections()).to.equal(1)
  })

  it('gives up an answer that drips or never comes, after the time allowed', async () => {
    const timers: NodeJS.Timeout[] = []
    const drip = await resources((_seen, response) => {
      response.writeHead(200)
      timers.push(setInterval(() => response.write(' '), 20))
      return 'handled'
    })
    const mute = await resources(() => 'handled')
    for (const { url, seen } of [drip, mute]) {
      const start = performance.now()
      expect(await failureOf(open(url, { timeoutMs: 400 }).readRegistration(1, call))).to.include({
        code: 'admin_api_unreachable',
        retryable: true,
      })
      expect(performance.now() - start).to.be.within(390, 4000)
      const post = open(url, { timeoutMs: 400 }).createRegistration(
        { name: 'A', instanceType: 'ods', connectionString: 'x=y' },
        call,
      )
      expect(await failureOf(post)).to.include({ code: 'admin_api_unreachable', retryable: true })
      expect(seen.filter(({ method, path }) => method === 'POST' && path.startsWith('/v2'))).to.have.length(1)
    }
    timers.forEach(clearInterval)
  })

  it('says unreachable when nobody listens or nobody of that name exists', async () => {
    const { url, close } = await serve(() => undefined)
    await close()
    for (const dead of [url, 'http://nobody.invalid']) {
      const failure = await failureOf(open(dead, { timeoutMs: 3000 }).checkTenant(call))
      expect(failure).to.include({ code: 'admin_api_unreachable', retryable: true })
    }
  })

  it('waits a short Retry-After out, and passes a long one on at once', async () => {
    let asked = 0
    const short = await resources(() =>
      asked++ === 0 ? { status: 429, headers: { 'retry-after': '1' } } : { status: 200, body: { id: 1, name: 'A' } },
    )
    const start = performance.now()
    expect(await open(short.url).readRegistration(1, call)).to.include({ odsInstanceId: 1 })
    expect(performance.now() - start).to.be.within(990, 5000)

    const long = await resources(() => ({ status: 503, headers: { 'retry-after': '120' } }))
    expect(await failureOf(open(long.url).readRegistration(1, call))).to.include({
      code: 'admin_api_unavailable',
      retryable: true,
      retryAfterMs: 120_000,
    })
    expect(long.seen.filter(({ path }) => path.startsWith('/v2'))).to.have.length(1)

    const dated = await resources(() => ({
      status: 503,
      headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
    }))
    expect((await failureOf(open(dated.url).readRegistration(1, call))).retryAfterMs).to.be.within(50_000, 60_000)
  })

  it('shows no secret, even when the server repeats all that it was sent', async () => {
    const connectionString = 'Host=h;Username=u;Password="pass word;1";Database=d'
    const echo: Handler = ({ body, headers }) => ({
      status: body.includes('teapot') ? 500 : 400,
      body: {
        title: 'Validation failed',
        errors: {
          Secret: [
            `Got ${body} with ${headers.authorization ?? ''}`,
            body.includes('pass word') ? 'password is pass word;1' : '',
          ],
        },
      },
    })
    const { url } = await resources(echo)
    const gate = await serve((seen, response) => (seen.path === '/connect/token' ? echo(seen, response) : undefined))
    const failures = [
      await failureOf(open(url).createRegistration({ name: 'A', instanceType: 'ods', connectionString }, call)),
      await failureOf(open(url).updateRegistration(1, { name: 'teapot', instanceType: 'ods', connectionString }, call)),
      await failureOf(open(gate.url).checkTenant(call)),
    ]
    expect(failures.map(({ code }) => code)).to.deep.equal([
      'admin_api_refused',
      'admin_api_unavailable',
      'admin_api_login_failed',
    ])
    for (const failure of failures) {
      expect(failure.message).to.include('***')
      for (const secret of ['pass word', 'common-token', clientSecret, encodeURIComponent(clientSecret)]) {
        expect(everythingIn(failure)).not.to.include(secret)
      }
      expect(failure.message.length).to.be.lessThan(700)
    }
  })

  it('calls no link-local address, however it is written or named', () => {
    for (const url of [
      'http://169.254.169.254',
      'http://2852039166/',
      'http://[fe80::1]/',
      'https://[::ffff:169.254.169.254]:8443/adminapi',
    ]) {
      expect(() => open(url), url)
        .to.throw()
        .that.includes({ code: 'target_host_refused', retryable: false })
    }
    for (const url of ['ftp://host', 'host', 'http://user:secret@host/', 'http://host/?a=b']) {
      expect(() => open(url), url)
        .to.throw()
        .that.includes({ code: 'validation_failed' })
    }
  })

  it('opens no more connections than calls are allowed, and tells of every request', async () => {
    let [now, most] = [0, 0]
    const server = await serve((_seen, response) => {
      most = Math.max(most, ++now)
      response.once('close', () => now--)
      return undefined
    })
    const reports: ExchangeReport[] = []
    const client = createAdminApiClient({ onExchange: (report) => reports.push(report) })
    const connection = {
      url: server.url,
      clientId,
      clientSecret,
      mode: 'auto',
      multiTenant: false,
      maxConcurrency: 2,
    } as const
    const [one, two] = [client.open(connection, 'north'), client.open(connection, 'south')]
    await Promise.all(Array.from({ length: 30 }, (_, id) => (id % 2 ? one : two).readRegistration(id, call)))
    await client.close()
    expect(server.connections()).to.be.within(1, 2)
    expect(most).to.be.within(1, 2)
    expect(reports).to.have.length(server.seen.length)
    expect(reports.at(-1)).to.include({ method: 'GET', status: 404 })
  })
})
