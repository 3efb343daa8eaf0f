import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@edfi-tenants/core'
import type { CreateDatabase, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'
import { connectTo } from '../../support/sql-server/client.js'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { SqlError } from '../../support/sql-server/start-tds-server.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'

const failureOf = (running: Promise<unknown>): Promise<{ code?: string; message?: string; retryable?: boolean }> =>
  running.then(
    () => ({}),
    (error: unknown) => error as { code: string },
  )

describe('the life of a database on mssql', () => {
  let target: Awaited<ReturnType<typeof fakeForConformance>>
  before(async () => {
    target = await fakeForConformance()
  })
  afterEach(() => {
    target.model.before = undefined
    target.model.refuse = undefined
  })
  after(() => target.stop?.())

  let count = 0
  const request = (template: Json = target.template): CreateDatabase => ({
    databaseName: `Life_${++count}`,
    owner: newOwner(),
    login: { ...target.login, own: false },
    source: { kind: 'template', name: 'minimal', template },
  })
  const create = (wanted: CreateDatabase, server: Server = target.server) =>
    provisioner.createDatabase(server, wanted, quietOperation())
  const withSettings = (settings: Server['settings']): Server => ({
    ...target.server,
    settings: { ...target.server.settings, ...settings },
  })
  const sent = (pattern: RegExp) => target.model.sent.map(({ text }) => text).filter((text) => pattern.test(text))

  it('copies a template database by a backup of its own, in use as it is, and writes each marker over', async () => {
    const template = request()
    await create(template)
    const session = await target.openSession(template.databaseName)
    const copy = request({ database: template.databaseName })
    const { method } = await create(copy)
    expect(method).to.equal('backup_restore')
    expect(await session.isOpen()).to.equal(true)
    await session.close()
    const listed = await provisioner.listDatabases(target.server, quietOperation())
    expect(listed.find(({ name }) => name === copy.databaseName)?.owner).to.deep.equal(copy.owner)
    expect(listed.find(({ name }) => name === template.databaseName)?.owner).to.deep.equal(template.owner)
  })

  it('puts files where the settings say, in the words of Windows', async () => {
    target.model.sent.length = 0
    await create(request(), withSettings({ dataFolder: 'D:\\Data', logFolder: 'L:\\Logs\\' }))
    expect(sent(/^restore database/)[0])
      .to.match(/to N'D:\\Data\\tm_[0-9a-f-]+_1_0\.mdf'/)
      .and.to.match(/to N'L:\\Logs\\tm_[0-9a-f-]+_1_1\.ldf'/)
  })

  it('passes copies through a URL where that is set', async () => {
    const source = request()
    await create(source)
    target.model.sent.length = 0
    await create(request({ database: source.databaseName }), withSettings({ backupUrl: 'https://x.blob/copies' }))
    expect(sent(/^backup database/)[0]).to.match(/to url = N'https:\/\/x\.blob\/copies\/edfi_tenants_\w+\.bak'/)
  })

  it('leaves nothing behind when a restore fails, and says that the server is full', async () => {
    const wanted = request()
    target.model.refuse = (text) => (text.startsWith('restore database') ? new SqlError(3257, 'No space.') : undefined)
    expect(await failureOf(create(wanted))).to.include({ code: 'server_full', retryable: true })
    expect(target.model.databases.some(({ name }) => name.startsWith('tm_'))).to.equal(false)
  })

  for (const refused of ['modify name', 'set multi_user'])
    it(`opens a database again when "${refused}" fails inside of a rename`, async () => {
      const wanted = request()
      await create(wanted)
      let times = 0
      target.model.refuse = (text) =>
        text.startsWith('alter database') && text.includes(refused) && ++times === 1
          ? new SqlError(5030, 'no')
          : undefined
      const rename = { from: wanted.databaseName, to: `${wanted.databaseName}_r`, owner: wanted.owner }
      await failureOf(provisioner.renameDatabase(target.server, rename, quietOperation()))
      expect(times).to.be.at.least(1)
      target.model.refuse = undefined
      const found = target.model.databases.find(({ name }) => name.startsWith(wanted.databaseName))
      expect(found?.access).to.equal('MULTI_USER')
      await provisioner.renameDatabase(target.server, rename, quietOperation())
      expect(await target.canConnect(target.login, rename.to)).to.equal(true)
    })

  it('opens a database that a dead run left in single-user mode, though a client has got in', async () => {
    const wanted = request()
    const { identity } = await create(wanted)
    const client = await connectTo(Number(target.server.settings['port']), target.login, wanted.databaseName)
    target.model.get(wanted.databaseName).access = 'SINGLE_USER'
    const rename = { from: wanted.databaseName, to: `${wanted.databaseName}_r`, owner: wanted.owner }
    const unknown = await failureOf(provisioner.renameDatabase(target.server, rename, quietOperation()))
    expect(unknown).to.include({ code: 'database_error', retryable: true })
    await provisioner.renameDatabase(target.server, { ...rename, identity }, quietOperation())
    client.close()
    expect(await target.canConnect(target.login, rename.to)).to.equal(true)
  })

  it('copies a stopped database for an archive, and leaves it stopped', async () => {
    const wanted = request()
    const { identity } = await create(wanted)
    await provisioner.stopDatabase(target.server, { ...wanted, identity }, quietOperation())
    const archive: CreateDatabase = {
      databaseName: `Archive_${count}`,
      owner: newOwner(),
      kind: 'archive',
      login: null,
      source: { kind: 'copy', databaseName: wanted.databaseName, identity, mayEndSessions: true },
    }
    await create(archive)
    expect(target.model.get(wanted.databaseName).state).to.equal('OFFLINE')
    expect(target.model.get(archive.databaseName)).to.include({ state: 'ONLINE', access: 'MULTI_USER' })
  })

  it('brings no database online that somebody else has taken offline', async () => {
    await target.createForeign('Foreign_Offline')
    const foreign = target.model.get('Foreign_Offline')
    foreign.state = 'OFFLINE'
    target.model.sent.length = 0
    const own = { databaseName: foreign.name, owner: newOwner() }
    for (const run of [
      () => provisioner.startDatabase(target.server, own, quietOperation()),
      () => provisioner.stopDatabase(target.server, own, quietOperation()),
      () => provisioner.dropDatabase(target.server, own, quietOperation()),
      () =>
        provisioner.renameDatabase(target.server, { from: foreign.name, to: 'y', owner: own.owner }, quietOperation()),
    ])
      expect(await failureOf(run())).to.include({ code: 'not_our_database' })
    expect(sent(/set online/)).to.deep.equal([])
    expect(foreign.state).to.equal('OFFLINE')
  })

  it('estimates counts that take longer than they may, and cancels them on the server', async () => {
    const wanted = request()
    await create(wanted)
    let cancelled = false
    target.model.before = async ({ text }, signal) => {
      if (!text.startsWith('select (select count_big')) return
      await sleep(10_000, undefined, { signal }).catch(() => (cancelled = true))
    }
    const counted = await provisioner.countDatabase(
      target.server,
      { databaseName: wanted.databaseName, login: target.login, statementTimeoutMs: 300 },
      quietOperation(),
    )
    expect(cancelled).to.equal(true)
    expect([counted.countsMode, counted.counts['descriptors'], counted.counts['courseTranscripts']]).to.deep.equal([
      'estimated',
      1_400,
      null,
    ])
  })

  it('finds a GO with its line before anything is run', async () => {
    const wanted = request()
    await create(wanted)
    const run = {
      ...wanted,
      login: target.login,
      parameters: {},
      scripts: [{ name: '010.sql', sql: 'select 1 as one\n  Go \nselect 1 as one' }],
    }
    const failure = await failureOf(provisioner.runScripts(target.server, run, quietOperation()))
    expect(failure.code).to.equal('seed_failed')
    expect(failure.message).to.contain('010.sql, line 2')
  })

  it('undoes scripts of which one ends the transaction, and says which', async () => {
    const wanted = request()
    await create(wanted)
    const scripts = [{ name: '020.sql', sql: 'rollback transaction;\nbegin transaction' }]
    const run = { ...wanted, login: target.login, parameters: {}, scripts }
    const failure = await failureOf(provisioner.runScripts(target.server, run, quietOperation()))
    expect(failure.code).to.equal('seed_failed')
    expect(failure.message).to.contain('020.sql')
  })

  it('never connects to a link-local address, also when a named instance would be looked up there', async () => {
    for (const settings of [{ host: '169.254.169.254' }, { host: '169.254.169.254', instanceName: 'ODS' }]) {
      const failure = await failureOf(provisioner.listDatabases(withSettings(settings), quietOperation()))
      expect(failure.code).to.equal('target_host_refused')
    }
  })

  it('sends no password to a server that does not encrypt, unless it may', async () => {
    let signedIn = false
    target.model.before = () => void (signedIn = true)
    const failure = await failureOf(provisioner.listDatabases(withSettings({ encrypt: true }), quietOperation()))
    expect(failure).to.include({ code: 'server_unreachable', retryable: false })
    expect(signedIn).to.equal(false)
  })

  it('has no exports, since the worker cannot read what the server writes', async () => {
    expect(await provisioner.exportFormats(target.server, quietOperation())).to.deep.equal([])
    const write = () => Promise.resolve()
    const running = provisioner.exportDatabase(target.server, { databaseName: 'x' }, write, quietOperation())
    expect(await failureOf(running)).to.include({ code: 'not_supported' })
  })
})
