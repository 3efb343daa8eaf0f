import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('environments, tenants and database servers over HTTP', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
  })
  after(() => under.stop())

  it('makes, shows, changes and removes an environment, and never gives a secret back', async () => {
    const { root } = under
    const odsApi = {
      baseUrl: 'https://ods.example.org',
      encryptionKey: Buffer.alloc(32, 7).toString('base64'),
      notifications: { url: 'redis://:queue-password@redis.example.org', channel: 'ods' },
      probe: { clientId: 'probe', clientSecret: 'probe-secret' },
    }
    const made = await root.post('/v1/environments', environmentBody('staging', { odsApi }))
    expect(made.status).to.equal(201)
    expect(made.headers.get('location')).to.equal('/v1/environments/staging')
    expect(JSON.stringify(made.body)).not.to.match(/secret"|admin-secret|probe-secret|queue-password|BwcHBw/)
    expect(made.body.odsApi).to.deep.equal({
      baseUrl: 'https://ods.example.org',
      contextRouteTemplate: null,
      hasEncryptionKey: true,
      notifications: { channel: 'ods' },
      probe: { clientId: 'probe' },
    })

    expect((await root.get('/v1/environments/STAGING')).body).to.deep.equal(made.body)
    const changed = await root.patch('/v1/environments/staging', { adminApi: { timeoutMs: 60000 }, odsApi: null })
    expect(changed.body.adminApi).to.deep.equal({ ...made.body.adminApi, timeoutMs: 60000 })
    expect(changed.body.odsApi).to.equal(null)

    expect((await root.post('/v1/environments', environmentBody('Staging'))).body.code).to.equal('name_taken')
    expect((await root.delete('/v1/environments/staging')).status).to.equal(204)
    expect((await root.get('/v1/environments/staging')).status).to.equal(404)
    expect((await root.post('/v1/environments', environmentBody('staging'))).status).to.equal(201)
    await root.delete('/v1/environments/staging')
  })

  it('sends stored credentials to no new address', async () => {
    const { root } = under
    await root.post('/v1/environments', environmentBody('moving'))
    const moved = await root.patch('/v1/environments/moving', { adminApi: { url: 'https://evil.example.org' } })
    expect([moved.status, moved.body.code]).to.deep.equal([422, 'credentials_required'])
    const withThem = { url: 'https://other.example.org', clientId: 'new', clientSecret: 'new-secret' }
    expect((await root.patch('/v1/environments/moving', { adminApi: withThem })).status).to.equal(200)
    await root.delete('/v1/environments/moving')

    await root.post('/v1/database-servers', serverBody('moving'))
    for (const settings of [
      { host: 'evil.example.org', port: 5432 },
      { host: 'db.example.org', port: 5433 },
      { host: 'db.example.org', port: 5432, registered: { host: 'evil.example.org', port: 5432 } },
    ]) {
      const refused = await root.patch('/v1/database-servers/moving', { settings })
      expect([refused.status, refused.body.code], JSON.stringify(settings)).to.deep.equal([422, 'credentials_required'])
    }
    const onlyAdmin = {
      settings: { host: 'other.example.org', port: 5432 },
      credentials: { username: 'a', password: 'b' },
    }
    expect((await root.patch('/v1/database-servers/moving', onlyAdmin)).body.code).to.equal('credentials_required')
    const both = { ...onlyAdmin, registeredCredentials: { username: 'c', password: 'd' } }
    expect((await root.patch('/v1/database-servers/moving', both)).status).to.equal(200)
    await root.delete('/v1/database-servers/moving')
  })

  it('sends no password from a place on record to a new address, unless an administrator says so', async () => {
    const { root } = under
    const manager = await under.client({ scopes: ['servers:manage'], tenants: ['*'] })
    const from = (passwordFrom: string) => ({
      credentials: { username: 'a', passwordFrom },
      registeredCredentials: { username: 'c', password: 'd' },
    })
    const moved = (host: string) => ({ settings: { host, port: 5432 } })
    await root.post('/v1/database-servers', serverBody('referred', from('file:servers/one')))
    for (const same of ['file:servers/one', 'file:./servers//one', 'file:/servers/one']) {
      const body = { ...moved('evil.example.org'), ...from(same) }
      const refused = await manager.patch('/v1/database-servers/referred', body)
      expect([same, refused.status, refused.body.code]).to.deep.equal([same, 422, 'credentials_required'])
    }
    const other = { ...moved('second.example.org'), ...from('file:servers/two') }
    expect((await manager.patch('/v1/database-servers/referred', other)).status).to.equal(200)
    const same = { ...moved('third.example.org'), ...from('file:servers/two') }
    expect((await root.patch('/v1/database-servers/referred', same)).status).to.equal(200)
    await root.delete('/v1/database-servers/referred')
  })

  it('judges a change by what stands when it is written: no secret goes to an address that came in between', async () => {
    const { root, api } = under
    const { database } = api.parts.store
    await root.post('/v1/environments', environmentBody('raced'))
    await root.post('/v1/database-servers', serverBody('raced'))
    const cases: [string, string, object][] = [
      [
        `UPDATE environments SET admin_api_url = 'https://new.example.org' WHERE name = 'raced'`,
        '/v1/environments/raced',
        { adminApi: { url: 'https://admin.example.org' } },
      ],
      [
        `UPDATE database_servers SET settings = '{"host":"new.example.org","port":5432}' WHERE name = 'raced'`,
        '/v1/database-servers/raced',
        { settings: { host: 'db.example.org', port: 5432 } },
      ],
    ]
    for (const [meanwhile, path, change] of cases) {
      let late: ReturnType<typeof root.patch> | undefined
      await database.transaction(async (inside) => {
        await inside.query(meanwhile)
        late = root.patch(path, change)
        await new Promise((resolve) => setTimeout(resolve, 300))
      })
      const refused = await late!
      expect([path, refused.status, refused.body.code]).to.deep.equal([path, 422, 'credentials_required'])
    }
    await root.delete('/v1/environments/raced')
    await root.delete('/v1/database-servers/raced')
  })

  it('refuses hosts that lead to the machine’s own credentials, however they are written', async () => {
    const { root } = under
    for (const host of ['169.254.169.254', '2852039166', '0xA9FEA9FE', 'fe80::1', '::ffff:169.254.169.254']) {
      const refused = await root.post('/v1/database-servers', serverBody('metadata', { settings: { host, port: 80 } }))
      expect([host, refused.status, refused.body.code]).to.deep.equal([host, 422, 'target_host_refused'])
    }
    const adminApi = { url: 'http://169.254.169.254/latest', clientId: 'a', clientSecret: 'b' }
    const environment = await root.post('/v1/environments', { ...environmentBody('metadata'), adminApi })
    expect(environment.body.code).to.equal('target_host_refused')
  })

  it('makes a tenant in the only environment, and never gives its name to another', async () => {
    const { root } = under
    expect((await root.post('/v1/tenants', { name: 'early' })).body.code).to.equal('environment_required')
    await root.post('/v1/environments', environmentBody('only'))
    const nowhere = await root.post('/v1/tenants', { name: 'District-1', environment: 'nowhere' })
    expect([nowhere.status, nowhere.body.code, nowhere.body.errors[0]?.pointer]).to.deep.equal([
      400,
      'validation_failed',
      '/environment',
    ])
    const made = await root.post('/v1/tenants', { name: 'District-1', maxInstances: 3 })
    expect(made.status).to.equal(201)
    expect(made.body).to.include({
      name: 'District-1',
      environment: 'only',
      adminTenant: 'District-1',
      maxInstances: 3,
    })
    const inUse = await root.delete('/v1/environments/only')
    expect([inUse.status, inUse.body.code]).to.deep.equal([409, 'still_in_use'])

    const changed = await root.patch('/v1/tenants/district-1', { maxInstances: null, displayName: 'One' })
    expect(changed.body).to.include({ maxInstances: null, displayName: 'One' })
    const noServer = await root.patch('/v1/tenants/district-1', { defaults: { server: 'nowhere' } })
    expect([noServer.status, noServer.body.code]).to.deep.equal([422, 'unknown_server'])

    expect((await root.delete('/v1/tenants/district-1')).status).to.equal(204)
    expect((await root.get('/v1/tenants/District-1')).status).to.equal(404)
    const again = await root.post('/v1/tenants', { name: 'DISTRICT-1' })
    expect([again.status, again.body.code]).to.deep.equal([409, 'name_taken'])
    expect((await root.delete('/v1/environments/only')).status).to.equal(204)
  })

  it('checks a server against what its provisioner published, all faults at once', async () => {
    const { root } = under
    const unknown = await root.post('/v1/database-servers', serverBody('x', { engine: 'oracle' }))
    expect([unknown.status, unknown.body.code]).to.deep.equal([422, 'provisioner_unknown'])
    expect(unknown.body.detail).to.contain('postgresql')

    const wrong = await root.post(
      '/v1/database-servers',
      serverBody('x', {
        settings: { port: 'many' },
        templates: { minimal: 5 },
        registeredCredentials: { username: 'TM_ADMIN', password: 'p' },
      }),
    )
    expect([wrong.status, wrong.body.code]).to.deep.equal([400, 'validation_failed'])
    const pointers = wrong.body.errors.map((fault) => fault.pointer)
    expect(pointers).to.include.members([
      '/settings/host',
      '/settings/port',
      '/templates/minimal',
      '/registeredCredentials/username',
    ])
  })

  it('keeps a server without secrets in answers, with the engine of its databases', async () => {
    const { root } = under
    const made = await root.post(
      '/v1/database-servers',
      serverBody('main', { tenants: ['district-2'], maxConcurrency: 2 }),
    )
    expect(made.status).to.equal(201)
    expect(made.body).to.deep.include({
      databaseEngine: 'PostgreSql',
      credentials: { username: 'tm_admin' },
      registeredCredentials: { username: 'ods' },
      tenants: ['district-2'],
      workerPool: 'default',
      report: null,
    })
    expect(JSON.stringify(made.body)).not.to.match(/-password/)
    const list = await root.get('/v1/database-servers?engine=postgresql')
    expect(list.body).to.deep.equal({ items: [made.body], nextCursor: null })
    expect((await root.get('/v1/database-servers?engine=mssql')).body.items).to.deep.equal([])
    expect((await root.get('/v1/database-servers/main/databases')).body).to.deep.equal({
      items: [],
      nextCursor: null,
      asOf: null,
    })
    expect((await root.delete('/v1/database-servers/main')).status).to.equal(204)
  })

  it('has a slot for every job that a server may run at once, also after that number changed', async () => {
    const { root, api } = under
    const slots = async () =>
      (
        await api.parts.store.database.query<{ number: number }>(
          `SELECT number FROM slots JOIN database_servers d ON d.id = server_id WHERE d.name = 'slots' ORDER BY number`,
        )
      ).map(({ number }) => number)
    await root.post('/v1/database-servers', serverBody('slots', { maxConcurrency: 2 }))
    expect(await slots()).to.deep.equal([1, 2])
    await root.patch('/v1/database-servers/slots', { maxConcurrency: 4 })
    expect(await slots()).to.deep.equal([1, 2, 3, 4])
    await root.patch('/v1/database-servers/slots', { maxConcurrency: 1 })
    expect(await slots()).to.deep.equal([1])
    await root.delete('/v1/database-servers/slots')
  })

  it('pages through a list in a stable order', async () => {
    const { root } = under
    for (const name of ['page-c', 'page-A', 'page-b']) await root.post('/v1/environments', environmentBody(name))
    const first = await root.get('/v1/environments?limit=2')
    expect(first.body.items.map(({ name }) => name)).to.deep.equal(['page-A', 'page-b'])
    const second = await root.get(`/v1/environments?limit=2&cursor=${first.body.nextCursor}`)
    expect(second.body.items.map(({ name }) => name)).to.deep.equal(['page-c'])
    expect(second.body.nextCursor).to.equal(null)
    const bad = await root.get('/v1/environments?cursor=nonsense')
    expect([bad.status, bad.body.errors[0]!.pointer]).to.deep.equal([400, '?cursor'])
    for (const name of ['page-c', 'page-A', 'page-b']) await root.delete(`/v1/environments/${name}`)
  })
})
