import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Failure } from '@edfi-tenants/core'
import {
  applyMigrations,
  claimIdempotencyKey,
  createEnvironment,
  createServer,
  createTenant,
  deleteApiClient,
  hashSecret,
  keepAnswer,
  openEnvironmentSecrets,
  openServerCredentials,
  openStore,
  readApiClient,
  readEnvironment,
  removeExpiredIdempotencyKeys,
  rotateApiClient,
  rotateKeys,
  seedApiClient,
  updateEnvironment,
  type NewDatabaseServer,
  type NewEnvironment,
  type SealingKey,
  type Store,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import { sealedColumns } from '../../../packages/store/src/rotate-keys.js'
import { createDatabase, type TestDatabase } from '../../support/postgres.js'

const sealingKey = (id: string): SealingKey => ({ id, key: randomBytes(32) })

const environment = (name: string): NewEnvironment => ({
  name,
  engine: 'PostgreSql',
  adminApiUrl: 'https://admin.example.org',
  adminApiClientId: 'admin',
  adminApiClientSecret: 'admin-secret',
  adminApiMode: 'auto',
  multiTenant: true,
  timeoutMs: 30_000,
  maxConcurrency: 8,
  odsApi: { baseUrl: 'https://ods.example.org' },
  encryptionKey: 'the-key',
  probeClientSecret: null,
  notificationsUrl: 'redis://:pw@redis',
  dataStandard: null,
})

const server = (name: string): NewDatabaseServer => ({
  name,
  engine: 'postgresql',
  databaseEngine: 'PostgreSql',
  settings: { host: 'db' },
  credentials: { username: 'admin', password: 'admin-password', passwordFrom: null },
  registeredLogin: 'shared',
  registeredCredentials: { username: 'ods', password: null, passwordFrom: 'env:TM_SECRET_ODS' },
  templates: {},
  tenants: [],
  maxConcurrency: 2,
  maxInstances: null,
  pool: null,
  workerPool: 'default',
})

describe('records of the store', () => {
  let database: TestDatabase
  let store: Store
  const oldKey = sealingKey('old')
  before(async () => {
    database = await createDatabase('records')
    await applyMigrations(database.url)
    store = await openStore({ url: database.url, encryptionKeys: [oldKey], poolSize: 4 })
  })
  after(async () => {
    await store.close()
    await database.drop()
  })

  it('keeps secrets sealed, each bound to its own row', async () => {
    const one = await createEnvironment(store, environment('one'))
    const two = await createEnvironment(store, environment('two'))
    expect(await openEnvironmentSecrets(store, one.id)).to.deep.equal({
      adminApiClientSecret: 'admin-secret',
      encryptionKey: 'the-key',
      probeClientSecret: null,
      notificationsUrl: 'redis://:pw@redis',
    })
    const rows = await store.database.query('SELECT * FROM environments')
    expect(JSON.stringify(rows)).not.to.match(/admin-secret|the-key|:pw@/)
    await store.database.query(
      `UPDATE environments SET admin_api_client_secret = (SELECT admin_api_client_secret FROM environments WHERE id = $1) WHERE id = $2`,
      [one.id, two.id],
    )
    let stolen: unknown
    await openEnvironmentSecrets(store, two.id).catch((error: unknown) => (stolen = error))
    expect(stolen).to.be.instanceOf(Error)
    await store.database.query('DELETE FROM environments WHERE id = $1', [two.id])
  })

  it('opens both logins of a server', async () => {
    const { id } = await createServer(store, server('main'))
    expect(await openServerCredentials(store, id)).to.deep.equal({
      username: 'admin',
      password: 'admin-password',
      passwordFrom: null,
      registered: { username: 'ods', password: null, passwordFrom: 'env:TM_SECRET_ODS' },
    })
  })

  it('takes one of two tenants whose names differ only in case, however close they come', async () => {
    const { id: environmentId } = (await readEnvironment(store, 'one'))!
    const settings = {
      environmentId,
      displayName: null,
      defaultServer: null,
      defaultTemplate: null,
      defaultInstanceType: null,
      databaseNamePattern: null,
      maxInstances: null,
    }
    const made = await Promise.allSettled(
      ['Twin', 'TWIN', 'twin'].map((name) => createTenant(store, { name, adminTenant: name, ...settings })),
    )
    expect(made.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    for (const refused of made)
      if (refused.status === 'rejected') expect((refused.reason as Failure).code).to.equal('name_taken')
  })

  it('frees an idempotency key whose request was never answered, and lets the late one do nothing', async () => {
    const key = { clientId: 'c', method: 'POST', path: '/v1/x', key: randomUUID(), fingerprint: 'f' }
    const first = await claimIdempotencyKey(store, key)
    if (!('claim' in first)) throw new Error('The key was not free.')
    await store.database.query(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second'`)
    const second = await claimIdempotencyKey(store, key)
    if (!('claim' in second)) throw new Error('The key was not free again.')
    const answer = { status: 200, headers: {}, body: { done: true } }
    let late: unknown
    await keepAnswer(store, first.claim, answer).catch((error: unknown) => (late = error))
    expect((late as Failure).code).to.equal('idempotency_key_in_use')
    await keepAnswer(store, second.claim, answer)
    expect(await claimIdempotencyKey(store, key)).to.deep.equal({ answer })
    expect(await removeExpiredIdempotencyKeys(store)).to.equal(0)
  })

  it('gives the first client what the configuration says, but undoes no rotation and no removal', async () => {
    const first = { name: 'First', scopes: ['admin' as const], tenants: ['*'], mayActForOthers: true, createdBy: 'x' }
    const seed = async (id: string, secret: string) => {
      await seedApiClient(store, { id, secret, ...first })
      return (await readApiClient(store, id))?.secretHash
    }
    expect(await seed('first', 'one')).to.equal(hashSecret('one'))
    expect(await seed('first', 'two')).to.equal(hashSecret('two'))
    const rotated = await rotateApiClient(store, 'first')
    expect(await seed('first', 'two')).to.equal(hashSecret(rotated))
    await deleteApiClient(store, 'first')
    expect(await seed('first', 'two')).to.equal(undefined)
  })

  it('writes of an environment what a change names, and leaves the rest sealed as it was', async () => {
    const { id } = await createEnvironment(store, environment('changed'))
    const row = () => store.database.query<Record<string, unknown>>('SELECT * FROM environments WHERE id = $1', [id])
    const [before] = await row()
    await updateEnvironment(store, id, { timeoutMs: 5_000 })
    const [after] = await row()
    expect(after).to.deep.equal({ ...before, timeout_ms: 5_000, updated_at: after!['updated_at'] })
    await updateEnvironment(store, id, { encryptionKey: null })
    expect(await openEnvironmentSecrets(store, id)).to.deep.equal({
      adminApiClientSecret: 'admin-secret',
      encryptionKey: null,
      probeClientSecret: null,
      notificationsUrl: 'redis://:pw@redis',
    })
    expect((await readEnvironment(store, 'changed'))!.hasEncryptionKey).to.equal(false)
    await store.database.query('DELETE FROM environments WHERE id = $1', [id])
  })

  it('knows every column that is sealed', () => {
    const schema = readFileSync(new URL('../../../prisma/schema.prisma', import.meta.url), 'utf8')
    const noted = schema.match(/\/\/\/.*\bSealed\b|\/\/\/.*\bsealed\b/g) ?? []
    expect(sealedColumns.length, 'columns noted as sealed in schema.prisma').to.equal(noted.length)
  })

  it('seals everything with a new key, so that the old one can go', async () => {
    const newKey = sealingKey('new')
    const both = await openStore({ url: database.url, encryptionKeys: [newKey, oldKey], poolSize: 2 })
    const first = await rotateKeys(both)
    expect(first.unreadable).to.deep.equal([])
    expect(first.resealed).to.be.greaterThan(3)
    expect(await rotateKeys(both)).to.deep.equal({ resealed: 0, unreadable: [] })
    await both.close()
    const onlyNew = await openStore({ url: database.url, encryptionKeys: [newKey], poolSize: 2 })
    const { id } = (await readEnvironment(onlyNew, 'one'))!
    expect((await openEnvironmentSecrets(onlyNew, id)).adminApiClientSecret).to.equal('admin-secret')
    const lost = await openStore({ url: database.url, encryptionKeys: [sealingKey('lost')], poolSize: 2 })
    expect((await rotateKeys(lost)).unreadable).to.include(`environments/${id}/admin_api_client_secret`)
    await onlyNew.close()
    await lost.close()
  })
})
