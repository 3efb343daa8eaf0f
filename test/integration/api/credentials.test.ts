import { removeExpiredSecrets, saveCredential, sealRegisteredString, type NewCredential } from '@edfi-tenants/store'
import { expect } from 'chai'
import { environmentBody, serverBody, startApi, type ApiClient, type ApiUnderTest } from './api-under-test.js'

const secret = 'Vb3nK9sLx1Qa7ZdT5uHj2EfG'
const issued: NewCredential = {
  position: 0,
  origin: 'issued',
  applicationId: 31,
  applicationName: 'SIS',
  apiClientId: null,
  key: 'q8Wm2cPz0RtY',
  secret,
}
const attached: NewCredential = { ...issued, position: 1, origin: 'attached', applicationId: 12, secret: null }

describe('the credentials and connection string of an instance', () => {
  let under: ApiUnderTest
  let bound: ApiClient
  let number = 0

  before(async () => {
    under = await startApi()
    const { root } = under
    await root.post('/v1/environments', environmentBody('default'))
    await root.post('/v1/database-servers', serverBody('shared'))
    await root.post(
      '/v1/database-servers',
      serverBody('own', { registeredLogin: 'perInstance', registeredCredentials: undefined }),
    )
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    bound = await under.client({ scopes: ['read', 'secrets:read'], tenants: ['alpha'] })
  })
  after(() => under.stop())

  /** An instance with these credentials, as a worker would have recorded them. */
  async function instanceWith(credentials: NewCredential[], tenant = 'alpha', server = 'own') {
    const name = `I ${++number}`
    const { body } = await under.root.post('/v1/instances', { tenant, name, server })
    const { database } = under.api.parts.store
    await database.query(`UPDATE jobs SET epoch = 1, lease_expires_at = now() + interval '1 hour' WHERE id = $1`, [
      body.job.id,
    ])
    for (const credential of credentials)
      await saveCredential(under.api.parts.store, { jobId: body.job.id, epoch: 1 }, credential)
    return { id: body.instance.id, jobId: body.job.id, path: `/v1/instances/${body.instance.id}/credentials` }
  }
  const audited = async (instanceId: string) => {
    const { body } = await under.root.get(`/v1/audit-events?instanceId=${instanceId}`)
    return body.items.map(({ action }) => action)
  }

  it('are given until they are acknowledged, uncached and audited, and then are gone', async () => {
    const { id, path } = await instanceWith([issued, attached])
    const { status, headers, body } = await bound.get(path)
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(body.items).to.have.length(2)
    expect(body.items[0]).to.include({ origin: 'issued', applicationId: 31, key: issued.key, secret })
    expect(body.items[1]).to.include({ origin: 'attached', applicationId: 12, secret: null, readableUntil: null })

    expect((await bound.post(`${path}/acknowledge`)).status).to.equal(204)
    expect((await bound.post(`${path}/acknowledge`)).status).to.equal(204)
    const gone = await bound.get(path)
    expect(gone).to.deep.include({ status: 410 })
    expect(gone.body.code).to.equal('credentials_gone')
    expect(await audited(id)).to.include.members(['instance-credentials.get', 'instance-credentials.acknowledge'])
    const [row] = await under.api.parts.store.database.query<{ secret: string | null }>(
      'SELECT secret FROM instance_credentials WHERE instance_id = $1 AND position = 0',
      [id],
    )
    expect(row!.secret).to.equal(null)
    expect(under.log()).not.to.include(secret)
  })

  it('are gone when their time is up, also before a sweep has erased them', async () => {
    const { id, path } = await instanceWith([issued])
    const { store } = under.api.parts
    await store.database.query(
      `UPDATE instance_credentials SET readable_until = now() - interval '1 second' WHERE instance_id = $1`,
      [id],
    )
    expect((await bound.get(path)).status).to.equal(410)
    expect(await removeExpiredSecrets(store)).to.equal(1)
    expect(await removeExpiredSecrets(store)).to.equal(0)
    expect((await bound.get(path)).status).to.equal(410)
  })

  it('are an empty list where none were asked for, and readable throughout where all were attached', async () => {
    expect((await bound.get((await instanceWith([])).path)).body.items).to.deep.equal([])
    const { path } = await instanceWith([attached])
    await bound.post(`${path}/acknowledge`)
    expect((await bound.get(path)).body.items).to.have.length(1)
  })

  it('are only for those with the scope, within their tenants', async () => {
    const { path } = await instanceWith([issued], 'beta')
    const missing = '/v1/instances/00000000-0000-4000-8000-000000000000'
    expect((await bound.get(path)).status).to.equal(404)
    expect((await bound.post(`${path}/acknowledge`)).status).to.equal(404)
    expect((await bound.get(path.replace('credentials', 'connection-string'))).status).to.equal(404)
    expect((await bound.get(`${missing}/credentials`)).status).to.equal(404)
    const reader = await under.client({ scopes: ['read'], tenants: ['beta'] })
    expect((await reader.get(path)).body.code).to.equal('insufficient_scope')
    expect((await under.root.get(path)).status).to.equal(200)
  })

  it('are saved only by the worker that holds the job', async () => {
    const { jobId, path } = await instanceWith([])
    const stale = saveCredential(under.api.parts.store, { jobId, epoch: 0 }, issued)
    expect(await stale.catch((error: unknown) => error)).to.include({ code: 'lease_lost' })
    expect((await bound.get(path)).body.items).to.deep.equal([])
  })

  it('give the connection string as it was registered, a shared login only to clients of all tenants', async () => {
    const { database, sealer } = under.api.parts.store
    const string = 'Host=db;Username=ods_1;Password=hush-hush;Database=EdFi_Ods_1'
    for (const server of ['own', 'shared']) {
      const { id, path } = await instanceWith([], 'alpha', server)
      const at = path.replace('credentials', 'connection-string')
      expect((await bound.get(at)).body.code).to.equal('registration_missing')
      const sealed = sealRegisteredString(sealer, id, string)
      await database.query('UPDATE instances SET registered_string = $2 WHERE id = $1', [id, sealed])
      const answer = await bound.get(at)
      if (server === 'own') {
        expect(answer.body).to.deep.equal({ connectionString: string })
        expect(answer.headers.get('cache-control')).to.equal('no-store')
        expect(await audited(id)).to.include('connection-string.get')
      } else {
        expect(answer.body.code).to.equal('outside_grant')
        expect(answer.text).not.to.include('hush-hush')
        expect((await under.root.get(at)).body).to.deep.equal({ connectionString: string })
      }
    }
    expect(under.log()).not.to.include('hush-hush')
  })
})
