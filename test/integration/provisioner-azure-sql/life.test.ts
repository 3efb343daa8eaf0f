import { privateName, type CreateDatabase, type Operation, type Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-azure-sql'
import { expect } from 'chai'
import { azureForConformance } from '../../support/sql-server/azure-for-conformance.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'
import { SqlError } from '../../support/sql-server/start-tds-server.js'

const failureOf = (running: Promise<unknown>): Promise<{ code?: string; message?: string; retryable?: boolean }> =>
  running.then(
    () => ({}),
    (error: unknown) => error as { code: string },
  )

describe('the life of a database on azure-sql', () => {
  let target: Awaited<ReturnType<typeof azureForConformance>>
  beforeEach(async () => {
    target = await azureForConformance()
  })
  afterEach(() => target.stop?.())

  let count = 0
  const request = (wished: Partial<CreateDatabase> = {}): CreateDatabase => ({
    databaseName: `Azure_${++count}`,
    owner: newOwner(),
    login: { ...target.login, own: false },
    source: { kind: 'template', name: 'minimal', template: target.template },
    ...wished,
  })
  const create = (wanted: CreateDatabase, server: Server = target.server, operation: Operation = quietOperation()) =>
    provisioner.createDatabase(server, wanted, operation)
  const withSettings = (settings: Server['settings']): Server => ({
    ...target.server,
    settings: { ...target.server.settings, ...settings },
  })
  const sent = (pattern: RegExp) => target.model.sent.map(({ text }) => text).filter((text) => pattern.test(text))
  /** Refuses a statement some times over. */
  const refuseTimes = (pattern: RegExp, number: number, times: number) => {
    let left = times
    target.model.refuse = (text) =>
      pattern.test(text) && left-- > 0 ? new SqlError(number, 'The service is busy.') : undefined
  }

  it('waits until a copy is online before it touches it, and says how far it is', async () => {
    target.model.copyMs = 150
    const seen: number[] = []
    const wanted = request()
    await create(wanted, target.server, { ...quietOperation(), progress: (percent) => void seen.push(percent) })
    const between = seen.filter((percent) => percent > 0 && percent < 80)
    expect(between.length).to.be.greaterThan(2)
    expect(seen).to.deep.equal([...seen].sort((one, other) => one - other))
    expect(sent(/dm_database_copies/).length).to.be.greaterThan(2)
  })

  it('waits all the same where its login may not see how far copies are', async () => {
    target.model.hideCopies = true
    target.model.copyMs = 60
    const wanted = request()
    const { created } = await create(wanted)
    expect(created).to.equal('now')
    expect(sent(/dm_database_copies/)).to.have.length(1)
    expect(sent(/^select state_desc as state/).length).to.be.greaterThan(1)
  })

  it('says how far a copy is also while the statement that began it lasts', async () => {
    Object.assign(target.model, { copyMs: 1_400, copyBlocks: true })
    const seen: number[] = []
    await create(request(), target.server, { ...quietOperation(), progress: (percent) => void seen.push(percent) })
    expect(seen.some((percent) => percent > 0 && percent < 80)).to.equal(true)
    const sessions = new Set(
      target.model.sent.filter(({ text }) => /dm_database_copies/.test(text)).map((each) => each.session),
    )
    expect(sessions.size).to.equal(2)
  })

  it('goes on waiting for a copy whose statement has run out of time, since the copy goes on too', async () => {
    Object.assign(target.model, { copyMs: 300, copyBlocks: true })
    const { created } = await create(request(), withSettings({ statementTimeoutMs: 100 }))
    expect(created).to.equal('now')
    expect(sent(/^create database/)).to.have.length(1)
  })

  it('asks for the service objective, or the elastic pool, of the settings', async () => {
    await create(request(), withSettings({ serviceObjective: 'GP_S_Gen5_1' }))
    await create(request({ source: { kind: 'empty' } }), withSettings({ elasticPool: 'pool' }))
    await create(request({ source: { kind: 'empty' } }))
    const [copy, pooled, plain] = sent(/^create database/).map((text) => text.replace(/tm_\S+\]/, 'x]'))
    expect(copy).to.equal(
      `create database [x] as copy of [EdFi_Ods_Populated_Template_Test] (service_objective = 'GP_S_Gen5_1')`,
    )
    expect(pooled).to.equal('create database [x] (service_objective = elastic_pool(name = [pool]))')
    expect(plain).to.equal('create database [x]')
  })

  it('leaves nothing of a copy that the server gave up, and says that a repetition may help', async () => {
    target.model.failCopies = true
    const wanted = request()
    const { code, message, retryable } = await failureOf(create(wanted))
    expect([code, retryable]).to.deep.equal(['database_error', true])
    expect(message).to.match(/error 40564/)
    expect(target.model.find(privateName(wanted.owner))).to.equal(undefined)
    target.model.failCopies = false
    expect((await create(wanted)).created).to.equal('now')
  })

  it('ends a copy on its way when it is aborted', async () => {
    target.model.copyMs = 60_000
    const wanted = request()
    const abort = new AbortController()
    const creating = failureOf(create(wanted, target.server, { ...quietOperation(), signal: abort.signal }))
    while (!target.model.find(privateName(wanted.owner))) await new Promise((resolve) => setTimeout(resolve, 5))
    const start = Date.now()
    abort.abort()
    expect((await creating).code).to.equal('job_cancelled')
    expect(Date.now() - start).to.be.lessThan(2_000)
    expect(target.model.find(privateName(wanted.owner))).to.equal(undefined)
  })

  for (const number of [40197, 40501, 40613, 49918, 49919, 49920, 10928, 10929])
    it(`waits and asks again when the service says ${number}`, async () => {
      refuseTimes(/^create database/, number, 2)
      await create(request({ source: { kind: 'empty' } }))
      expect(sent(/^create database/)).to.have.length(3)
    })

  it('gives up after five refusals, with what the job may repeat', async () => {
    refuseTimes(/^create database/, 49920, Infinity)
    const { code, retryable } = await failureOf(create(request()))
    expect([code, retryable]).to.deep.equal(['server_unreachable', true])
    expect(sent(/^create database/)).to.have.length(5)
  })

  it('does not wait for a full database, which is not throttled', async () => {
    refuseTimes(/^create database/, 40544, 1)
    expect((await failureOf(create(request()))).code).to.equal('server_full')
    expect(sent(/^create database/)).to.have.length(1)
  })

  it('waits out a database that does not let it in yet, as a serverless one that wakes', async () => {
    const wanted = request()
    await create(wanted)
    const login = target.model.login.bind(target.model)
    let left = 2
    target.model.login = (asked) => {
      if (asked.database === wanted.databaseName && left-- > 0) throw new SqlError(40613, 'Not currently available.')
      return login(asked)
    }
    const listed = await provisioner.listDatabases(target.server, quietOperation())
    expect(listed.find(({ name }) => name === wanted.databaseName)?.owner).to.deep.equal(wanted.owner)
    expect(left).to.be.lessThan(0)
  })

  it('says that a template is busy when another copy of it is on its way', async () => {
    refuseTimes(/^create database/, 40565, 1)
    const { code, retryable } = await failureOf(create(request()))
    expect([code, retryable]).to.deep.equal(['template_busy', true])
  })

  it('takes a copy that had begun although the server said that it is busy', async () => {
    let isFirst = true
    target.model.before = ({ text }) => {
      const [, name] = /^create database \[([^\]]+)\]$/.exec(text) ?? []
      if (!name || !isFirst) return
      isFirst = false
      target.model.create(name, target.model.logins.get(target.server.credentials.username)?.sid ?? '')
      throw new SqlError(40197, 'The service has encountered an error.')
    }
    expect((await create(request({ source: { kind: 'empty' } }))).created).to.equal('now')
  })

  it('gives rights to a login that it may not see in master', async () => {
    target.model.hideLogins = true
    const wanted = request()
    await create(wanted)
    await create(wanted)
    expect(await target.canConnect(target.login, wanted.databaseName)).to.equal(true)
  })

  it('does not shut itself out of what it retires, where it is a mere user of it', async () => {
    const wanted = request()
    const { databaseName, owner } = wanted
    const { username } = target.server.credentials
    const sid = target.model.logins.get(username)?.sid ?? ''
    const template = target.model.get('EdFi_Ods_Populated_Template_Test')
    template.users.set(username, { sid, connect: 'granted', roles: new Set() })
    await create(wanted)
    const retire = { databaseName, retiredName: 'tm_retired_x', owner, login: { ...target.login, own: false } }
    await provisioner.retireDatabase(target.server, retire, quietOperation())
    const { users } = target.model.get('tm_retired_x')
    expect([users.get(username)?.connect, users.get('ods_api')?.connect]).to.deep.equal(['granted', 'denied'])
  })

  it('sends nothing that this service refuses, in a whole life', async () => {
    const wanted = request()
    const { databaseName, owner } = wanted
    await create(wanted)
    await provisioner.renameDatabase(target.server, { from: databaseName, to: 'Azure_y', owner }, quietOperation())
    await provisioner.probeDatabases(target.server, { databaseNames: ['Azure_y'], sizes: true }, quietOperation())
    await provisioner.dropDatabase(target.server, { databaseName: 'Azure_y', owner }, quietOperation())
    expect(sent(/\buse \[|backup |restore |single_user|restricted_user|offline|suser_sid\(/i)).to.deep.equal([])
  })

  it('refuses what it cannot do before it connects', async () => {
    const unused = { ...target.server, settings: { host: '127.0.0.1', port: 1 } }
    const own = { username: 'x', password: 'Own-Pass-1', own: true }
    expect((await failureOf(create(request({ login: own }), unused))).code).to.equal('not_supported')
    const database = { databaseName: 'x', owner: newOwner() }
    const stop = provisioner.stopDatabase(unused, database, quietOperation())
    expect((await failureOf(stop)).code).to.equal('not_supported')
    const start = provisioner.startDatabase(unused, database, quietOperation())
    expect((await failureOf(start)).code).to.equal('not_supported')
    expect(await provisioner.exportFormats(unused, quietOperation())).to.deep.equal([])
  })
})
