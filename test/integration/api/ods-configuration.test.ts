import { randomBytes, randomUUID } from 'node:crypto'
import { decryptConnectionString } from '@edfi-tenants/ods-api'
import { saveTenantProvision, sealRegisteredString } from '@edfi-tenants/store'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

type Settings = {
  OdsInstances: Record<string, { ConnectionString: string; ConnectionStringByDerivativeType?: Record<string, string> }>
  ConnectionStrings?: { EdFi_Admin: string; EdFi_Security: string }
}
type Fragment = Settings & { Tenants: Record<string, Settings> }

describe('the ODS/API settings of a tenant over HTTP', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  const key = randomBytes(32).toString('base64')

  /** An instance as `register` leaves it; `string` null: not registered by us. */
  async function instance(tenant: string, server: string, odsInstanceId: number, string: string | null, more = {}) {
    const { store } = under.api.parts
    const id = randomUUID()
    const row = { status: 'active', derivatives: {} as Record<string, string>, ...more }
    await store.database.query(
      `INSERT INTO instances (id, tenant, environment_id, admin_tenant, server_id, name, status, instance_type, contexts, labels, template_name,
         database_name, parameters, parameters_hash, ods_instance_id, registered_string)
       SELECT $1::uuid, t.name, t.environment_id, t.admin_tenant, d.id, $4, $5, 'ods', '{}', '{}', 'minimal', $4, '{}', '', $6, $7
       FROM tenants t, database_servers d WHERE t.name = $2 AND d.name = $3`,
      [
        id,
        tenant,
        server,
        `${tenant}-${odsInstanceId}`,
        row.status,
        odsInstanceId,
        string === null ? null : sealRegisteredString(store.sealer, id, string),
      ],
    )
    for (const [type, text] of Object.entries(row.derivatives))
      await store.database.query(
        `INSERT INTO instance_derivatives (instance_id, derivative_type, source, database_name, registered_string) VALUES ($1, $2, 'registered', 'x', $3)`,
        [id, type, sealRegisteredString(store.sealer, id, text, type)],
      )
    return id
  }
  const ask = async (client: ApiClient, tenant: string, query = '', headers = {}) => {
    const answer = await client.get(`/v1/tenants/${tenant}/ods-configuration${query}`, { headers })
    return { ...answer, fragment: answer.body as unknown as Fragment, etag: answer.headers.get('etag') }
  }

  before(async () => {
    under = await startApi()
    const { root } = under
    const odsApi = { baseUrl: 'https://ods.example.org', encryptionKey: key }
    const { adminApi } = environmentBody('x')
    await root.post('/v1/environments', environmentBody('single', { odsApi: { baseUrl: odsApi.baseUrl } }))
    await root.post(
      '/v1/environments',
      environmentBody('multi', { adminApi: { ...adminApi, multiTenant: true }, odsApi }),
    )
    await root.post('/v1/tenants', { name: 'alone', environment: 'single' })
    await root.post('/v1/tenants', { name: 'north', environment: 'multi', adminTenant: 'north-admin' })
    await root.post('/v1/database-servers', serverBody('shared'))
    await root.post(
      '/v1/database-servers',
      serverBody('own', { registeredLogin: 'perInstance', registeredCredentials: undefined }),
    )
    await instance('alone', 'shared', 4, 'host=a;password=shared-password;database=four')
    await instance('alone', 'shared', 5, null)
    await instance('alone', 'shared', 6, 'host=a;database=six', { status: 'deleted' })
    await instance('north', 'own', 17, 'host=n;password=own-password;database=main', {
      derivatives: { ReadReplica: 'host=r;password=own-password;database=main' },
    })
    bound = await under.client({ scopes: ['secrets:read', 'read'], tenants: ['alone', 'north'] })
  })
  after(() => under.stop())

  it('has the active instances whose strings are on record, in the shape of ODS/API’s overrides', async () => {
    const { status, fragment, headers } = await ask(under.root, 'alone')
    expect(status).to.equal(200)
    expect(fragment).to.deep.equal({
      OdsInstances: { '4': { ConnectionString: 'host=a;password=shared-password;database=four' } },
    })
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it('stands below the Admin API tenant in a multi-tenant environment, with derivatives', async () => {
    expect((await ask(bound, 'NORTH')).fragment).to.deep.equal({
      Tenants: {
        'north-admin': {
          OdsInstances: {
            '17': {
              ConnectionString: 'host=n;password=own-password;database=main',
              ConnectionStringByDerivativeType: { ReadReplica: 'host=r;password=own-password;database=main' },
            },
          },
        },
      },
    })
  })

  it('is encrypted in Ed-Fi’s format where that is asked for, under a tag that stays while the strings do', async () => {
    const [first, second] = [await ask(bound, 'north', '?encrypted=true'), await ask(bound, 'north', '?encrypted=true')]
    const stringOf = ({ fragment }: { fragment: Fragment }) =>
      fragment.Tenants['north-admin']?.OdsInstances['17']?.ConnectionString ?? ''
    expect(stringOf(first)).to.not.equal(stringOf(second))
    expect(decryptConnectionString(key, stringOf(first))).to.equal('host=n;password=own-password;database=main')
    expect(first.text).to.not.contain('own-password')
    expect(first.etag).to.be.a('string').and.equal(second.etag)
    expect((await ask(bound, 'north')).etag).to.not.equal(first.etag)
    const unchanged = await ask(bound, 'north', '?encrypted=true', {
      'if-none-match': `"other", W/${first.etag ?? ''}`,
    })
    expect(unchanged).to.include({ status: 304, text: '', etag: first.etag })
    const id = await instance('north', 'own', 18, 'host=n;database=more')
    const changed = await ask(bound, 'north', '?encrypted=true', { 'if-none-match': first.etag ?? '' })
    expect(changed.status).to.equal(200)
    await under.api.parts.store.database.query('DELETE FROM instances WHERE id = $1', [id])
  })

  it('needs an encryption key for that', async () => {
    const { status, body } = await ask(under.root, 'alone', '?encrypted=true')
    expect({ status, code: body.code }).to.deep.equal({ status: 409, code: 'encryption_key_missing' })
  })

  it('gives a password that tenants share in plain only to clients bound to every tenant', async () => {
    const { status, body, text } = await ask(bound, 'alone')
    expect({ status, code: body.code }).to.deep.equal({ status: 403, code: 'outside_grant' })
    expect(text).to.not.contain('shared-password')
    const id = await instance('north', 'shared', 19, 'host=a;password=shared-password;database=x')
    expect((await ask(bound, 'north')).status).to.equal(403)
    expect((await ask(bound, 'north', '?encrypted=true')).status).to.equal(200)
    await under.api.parts.store.database.query('DELETE FROM instances WHERE id = $1', [id])
  })

  it('has the databases that were made for the tenant, once they are finished', async () => {
    const { store } = under.api.parts
    const provision = {
      id: randomUUID(),
      serverId: randomUUID(),
      server: 'own',
      adminDatabase: 'EdFi_Admin_north',
      securityDatabase: 'EdFi_Security_north',
      login: 'tenant_x',
      finishedAt: null as string | null,
    }
    const secrets = {
      password: 'p',
      admin: 'host=n;database=EdFi_Admin_north',
      security: 'host=n;database=EdFi_Security_north',
    }
    await saveTenantProvision(store, 'north', provision, secrets)
    expect((await ask(bound, 'north')).fragment.Tenants['north-admin']).to.not.have.property('ConnectionStrings')
    await saveTenantProvision(store, 'north', { ...provision, finishedAt: new Date().toISOString() }, secrets)
    expect((await ask(bound, 'north')).fragment.Tenants['north-admin']?.ConnectionStrings).to.deep.equal({
      EdFi_Admin: secrets.admin,
      EdFi_Security: secrets.security,
    })
    const { body } = await under.root.get('/v1/tenants/north')
    expect((body as unknown as { provisioned: object }).provisioned).to.deep.include({
      server: 'own',
      databases: { EdFi_Admin: 'EdFi_Admin_north', EdFi_Security: 'EdFi_Security_north' },
    })
    await saveTenantProvision(
      store,
      'north',
      { ...provision, login: null, finishedAt: new Date().toISOString() },
      secrets,
    )
    expect((await ask(bound, 'north')).status, 'a shared login').to.equal(403)
  })

  it('is for clients with the right to read secrets and within their tenants, and every giving out is audited', async () => {
    const reader = await under.client({ scopes: ['read'], tenants: ['*'] })
    expect((await ask(reader, 'alone')).status).to.equal(403)
    const elsewhere = await under.client({ scopes: ['secrets:read'], tenants: ['south'] })
    expect((await ask(elsewhere, 'alone')).status).to.equal(404)
    const { body, text } = await under.root.get('/v1/audit-events?action=ods-configuration.get')
    expect(body.items.length).to.be.greaterThan(5)
    expect(text).to.contain('"encrypted":true').and.not.contain('password')
  })
})

describe('contexts that ODS/API’s routes ask for, over HTTP', () => {
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
    const odsApi = {
      baseUrl: 'https://ods.example.org',
      contextRouteTemplate: '{schoolYearFromRoute:range(2000,2099)}',
    }
    await under.root.post('/v1/environments', environmentBody('routed', { odsApi }))
    await under.root.post('/v1/tenants', { name: 'north' })
    await under.root.post('/v1/database-servers', serverBody('db'))
  })
  after(() => under.stop())

  const create = (name: string, contexts?: object) =>
    under.root.post('/v1/instances', { tenant: 'north', name, ...(contexts ? { contexts } : {}) })

  it('refuses an instance that no route would lead to, and says which contexts', async () => {
    for (const contexts of [undefined, { schoolYearFromRoute: '1999' }]) {
      const { status, body } = await create('Lost', contexts)
      expect({ status, code: body.code }).to.deep.equal({ status: 422, code: 'contexts_required' })
      expect(body.errors).to.have.length(1)
      expect(body.errors[0]?.pointer).to.equal('/contexts/schoolYearFromRoute')
    }
    expect((await create('Extra', { schoolYearFromRoute: '2026', district: '7' })).body.code).to.equal(
      'contexts_required',
    )
  })

  it('takes one that fits, shows no address before it is registered, and all of them after', async () => {
    const { status, body } = await create('Found', { schoolYearFromRoute: '2026' })
    expect(status).to.equal(202)
    const endpoints = async () =>
      ((await under.root.get(`/v1/instances/${body.instance.id}`)).body as unknown as { endpoints: object }).endpoints
    expect(await endpoints()).to.deep.equal({})
    await under.api.parts.store.database.query(
      `UPDATE instances SET ods_instance_id = 3, status = 'active' WHERE id = $1`,
      [body.instance.id],
    )
    expect(await endpoints()).to.include({ oauth: 'https://ods.example.org/2026/oauth/token' })
    await under.api.parts.store.database.query('UPDATE jobs SET finished_at = now() WHERE instance_id = $1', [
      body.instance.id,
    ])
    const change = await under.root.patch(`/v1/instances/${body.instance.id}`, {
      contexts: { schoolYearFromRoute: 'next' },
    })
    expect({ status: change.status, code: change.body.code }).to.deep.equal({ status: 422, code: 'contexts_required' })
    const fits = await under.root.patch(`/v1/instances/${body.instance.id}`, {
      contexts: { schoolYearFromRoute: '2027' },
    })
    expect(fits.status).to.equal(202)
  })
})
