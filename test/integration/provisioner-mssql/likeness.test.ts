import { privateName, type CreateDatabase, type Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { FakeSqlServer } from '../../support/sql-server/fake-sql-server.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'
import { SqlError, startTdsServer } from '../../support/sql-server/start-tds-server.js'

/** Speaks TDS, but is not SQL Server: no RESTORE, BACKUP or access modes, lower-case names, one number for most errors. */
describe('mssql on a server that is only like SQL Server', () => {
  const model = new FakeSqlServer({ likeness: true })
  const credentials = { username: 'admin', password: 'Admin-1' }
  const login = { username: 'ods_api', password: 'App-1' }
  let tds: Awaited<ReturnType<typeof startTdsServer>>
  let server: Server
  before(async () => {
    model.addLogin(credentials.username, credentials.password, true)
    model.addLogin(login.username, login.password)
    tds = await startTdsServer(model)
    const settings = { host: '127.0.0.1', port: tds.port, encrypt: false }
    server = { id: '1', name: 'like', settings, credentials }
  })
  after(() => tds.stop())

  let count = 0
  const request = (): CreateDatabase => ({
    databaseName: `EdFi_Ods_${++count}`,
    owner: newOwner(),
    login: { ...login, own: false },
    source: { kind: 'empty' },
  })
  const create = (wanted: CreateDatabase) => provisioner.createDatabase(server, wanted, quietOperation())
  const codeOf = (running: Promise<unknown>) =>
    running.then(
      () => 'done',
      (error: unknown) => (error as { code: string }).code,
    )

  it('is tested and listed', async () => {
    const report = await provisioner.testServer(
      server,
      { templates: {}, registeredLogin: login, ownLogins: false },
      quietOperation(),
    )
    expect(report.checks.filter(({ ok }) => !ok)).to.deep.equal([])
    expect(report.databases).to.deep.equal([])
  })

  it('creates an empty database, finds it under its lower-case name, and drops it', async () => {
    const wanted = request()
    const made = await create(wanted)
    expect(await create(wanted)).to.deep.include({ identity: made.identity, created: 'existing' })
    const [listed] = await provisioner.listDatabases(server, quietOperation())
    expect(listed).to.deep.include({ name: wanted.databaseName.toLowerCase(), owner: wanted.owner, sizeBytes: null })
    const counted = await provisioner.countDatabase(
      server,
      { databaseName: wanted.databaseName, login, statementTimeoutMs: 30_000 },
      quietOperation(),
    )
    expect(Object.values(counted.counts).every((each) => each === null)).to.equal(true)
    expect(await provisioner.dropDatabase(server, wanted, quietOperation())).to.deep.equal({
      dropped: [wanted.databaseName],
    })
    expect(model.find(wanted.databaseName)).to.equal(undefined)
  })

  it('renames, and finds out by a second look that a name is taken', async () => {
    const wanted = request()
    const { identity } = await create(wanted)
    const rename = { from: wanted.databaseName, to: `${wanted.databaseName}_Renamed`, owner: wanted.owner, identity }
    await provisioner.renameDatabase(server, rename, quietOperation())
    await provisioner.renameDatabase(server, rename, quietOperation())
    const other = request()
    await create(other)
    const taken = { from: other.databaseName, to: rename.to, owner: other.owner }
    expect(await codeOf(provisioner.renameDatabase(server, taken, quietOperation()))).to.equal('database_name_taken')
    model.create('Foreign', 'sa')
    const foreign = { ...request(), databaseName: 'FOREIGN' }
    expect(await codeOf(create(foreign))).to.equal('database_name_taken')
    expect(model.find(privateName(foreign.owner))).to.equal(undefined)
  })

  it('gives typed failures for what it cannot do', async () => {
    const wanted = request()
    await create(wanted)
    expect(await codeOf(provisioner.stopDatabase(server, wanted, quietOperation()))).to.equal('database_error')
    const template: CreateDatabase = {
      ...request(),
      source: { kind: 'template', name: 'a', template: { backup: '/a.bak' } },
    }
    expect(await codeOf(create(template))).to.equal('database_error')
    const copy: CreateDatabase = {
      ...template,
      source: { kind: 'template', name: 'a', template: { database: wanted.databaseName } },
    }
    expect(await codeOf(create(copy))).to.equal('database_error')
    expect(model.databases.some(({ name }) => name.startsWith('tm_'))).to.equal(false)
  })

  it('goes by the best identity that a server has, so that a renamed database is known again', async () => {
    const made = await fakeForConformance()
    const { server, login, model } = made
    const lacking = [/serverproperty/, /serverproperty|service_broker_guid/]
    for (const [index, pattern] of lacking.entries()) {
      model.refuse = (text) => (pattern.test(text) ? new SqlError(33_557_097, 'Not supported.') : undefined)
      const wanted = { ...request(), login: { ...login, own: false } }
      const created = await provisioner.createDatabase(server, wanted, quietOperation())
      expect(model.get(wanted.databaseName).access).to.equal('MULTI_USER')
      if (index > 0) continue
      const again = await provisioner.createDatabase(server, wanted, quietOperation())
      expect([again.created, again.identity]).to.deep.equal(['existing', created.identity])
      const stop = { ...wanted, identity: created.identity }
      await provisioner.stopDatabase(server, stop, quietOperation())
      await provisioner.startDatabase(server, stop, quietOperation())
      expect(await provisioner.dropDatabase(server, wanted, quietOperation())).to.deep.equal({
        dropped: [wanted.databaseName],
      })
    }
    await made.stop?.()
  })

  it('does not close what it could not open again: no OFFLINE without restricted access', async () => {
    const made = await fakeForConformance()
    const { server, login, model } = made
    const wanted = { ...request(), login: { ...login, own: false } }
    await provisioner.createDatabase(server, wanted, quietOperation())
    model.refuse = (text) => (/restricted_user/.test(text) ? new SqlError(102, 'Incorrect syntax.') : undefined)
    expect(await codeOf(provisioner.stopDatabase(server, wanted, quietOperation()))).to.equal('database_error')
    const { state, access } = model.get(wanted.databaseName)
    expect([state, access]).to.deep.equal(['ONLINE', 'MULTI_USER'])
    await made.stop?.()
  })

  it('fails by type, and leaves nothing, on a server without locks or without extended properties', async () => {
    for (const pattern of [/sp_getapplock/, /sp_(?:add|update)extendedproperty/, /extended_?propert/]) {
      model.refuse = (text) => (pattern.test(text) ? new SqlError(2_812, 'Could not find it.') : undefined)
      try {
        expect(await codeOf(create(request())), String(pattern)).to.equal('database_error')
        await provisioner.testServer(server, { templates: {}, ownLogins: false }, quietOperation())
        await provisioner.listDatabases(server, quietOperation())
      } finally {
        model.refuse = undefined
      }
      expect(model.databases.some(({ name }) => name.startsWith('tm_'))).to.equal(false)
    }
  })

  it('tells a wrong password from a missing database, whatever numbers come', async () => {
    const wanted = request()
    await create(wanted)
    const verify = { ...wanted, login, expect: 'ods' as const }
    expect(await codeOf(provisioner.verifyDatabase(server, verify, quietOperation()))).to.equal('not_an_ods')
    const wrong = { ...verify, login: { ...login, password: 'wrong' } }
    expect(await codeOf(provisioner.verifyDatabase(server, wrong, quietOperation()))).to.equal(
      'registered_login_failed',
    )
    const gone = { ...verify, databaseName: 'gone' }
    expect(await codeOf(provisioner.verifyDatabase(server, gone, quietOperation()))).to.equal('database_missing')
    const refused = { ...server, credentials: { ...credentials, password: 'wrong' } }
    expect(await codeOf(provisioner.listDatabases(refused, quietOperation()))).to.equal('server_login_failed')
  })
})
