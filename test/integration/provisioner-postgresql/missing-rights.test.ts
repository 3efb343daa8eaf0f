import { randomUUID } from 'node:crypto'
import { isFailure, type Failure } from '@edfi-tenants/core'
import {
  writeMarker,
  type CreateDatabase,
  type Operation,
  type Ownership,
  type Server,
} from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const installationId = randomUUID()
const app = { username: `missing_app_${mark}`, password: 'Missing-App-1', own: false }
const operation = (): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})

/** Every right that the privileged login can lack: what is said, and whether the statement that is named mends it. */
describe('rights that the login of a PostgreSQL server lacks', function () {
  this.timeout(60_000)
  let address: { host: string; port: number }
  let count = 0
  const cleaning: string[] = []

  const connect = async (database: string, as?: { username: string; password: string }): Promise<Client> => {
    const url = new URL((await sharedPostgres()).url)
    const client = new Client({
      ...address,
      database,
      user: as?.username ?? url.username,
      password: as?.password ?? decodeURIComponent(url.password),
    })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const run = async (statement: string, database = 'postgres'): Promise<Record<string, unknown>[]> => {
    const client = await connect(database)
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }
  /** A server whose login has no more than these rights. */
  const serverWith = async (rights: string, settings: Record<string, string> = {}): Promise<Server> => {
    const credentials = { username: `missing_${mark}_${++count}`, password: 'Missing-Admin-1' }
    await run(`create role ${credentials.username} login ${rights} password '${credentials.password}'`)
    cleaning.unshift(`drop owned by ${credentials.username}; drop role ${credentials.username}`)
    return { id: '1', name: 'missing', settings: { ...address, ...settings }, credentials }
  }
  const instance = (wished: Partial<CreateDatabase> = {}): CreateDatabase & { owner: Ownership } => ({
    databaseName: `missing_${mark}_${++count}`,
    owner: { installationId, instanceId: randomUUID(), epoch: 1 },
    source: { kind: 'empty' },
    login: app,
    ...wished,
  })
  const refusal = async (promise: Promise<unknown>): Promise<Failure> => {
    const failure: unknown = await promise.catch((error: unknown) => error)
    if (!isFailure(failure)) throw new Error('It was not refused.')
    return failure
  }
  const statementsIn = (text: string): string[] => text.match(/(?:ALTER|GRANT|CREATE) [^;]*;/g) ?? []
  /** Refused for good, then done once the statement has been run that the refusal names. */
  const mended = async (work: () => Promise<unknown>, choice = 0): Promise<void> => {
    const failure = await refusal(work())
    expect([failure.code, failure.retryable], failure.message).to.deep.equal(['insufficient_privilege', false])
    const statement = statementsIn(failure.message)[choice]
    expect(statement, failure.message).to.be.a('string')
    await run(statement!)
    await work()
  }
  const foreign = async (...content: string[]): Promise<string> => {
    const name = `missing_foreign_${mark}_${++count}`
    await run(`create database ${name} owner missing_owner_${mark}`)
    cleaning.unshift(`alter database ${name} is_template false`, `drop database ${name} with (force)`)
    if (content.length > 0) await run(content.join(';'), name)
    return name
  }
  const template = (name: string): CreateDatabase['source'] => ({ kind: 'template', name: 'x', template: name })
  const create = (server: Server, request: CreateDatabase) => provisioner.createDatabase(server, request, operation())
  const drop = (server: Server, request: CreateDatabase) =>
    provisioner.dropDatabase(
      server,
      { ...request, ...(request.login?.own ? { ownLogin: request.login.username } : {}) },
      operation(),
    )

  before(async () => {
    const { hostname, port } = new URL((await sharedPostgres()).url)
    address = { host: hostname, port: Number(port) }
    await run(`create role ${app.username} login password '${app.password}'; create role missing_owner_${mark}`)
    cleaning.push(`drop role ${app.username}`, `drop role missing_owner_${mark}`)
  })
  after(async () => {
    for (const statement of cleaning) await run(statement).catch((error: unknown) => console.warn(statement, error))
  })

  it('CREATEDB', async () => {
    const server = await serverWith('')
    const request = instance()
    await mended(() => create(server, request))
    await drop(server, request)
  })

  it('CREATEDB for a rename, which needs it too', async () => {
    const server = await serverWith('createdb')
    const request = instance()
    await create(server, request)
    await run(`alter role ${server.credentials.username} nocreatedb`)
    const failure = await refusal(drop(server, request))
    expect(failure.code).to.equal('insufficient_privilege')
    expect(failure.message).to.contain('CREATEDB')
    await run(`alter role ${server.credentials.username} createdb`)
    await drop(server, request)
  })

  for (const [choice, title] of ['by marking it', 'by membership'].entries())
    it(`a template of another role that is not marked, mended ${title}`, async () => {
      const server = await serverWith('createdb')
      const request = instance({ source: template(await foreign()) })
      await mended(() => create(server, request), choice)
      await drop(server, request)
    })

  it('the same in the server test, before anything is created', async () => {
    const server = await serverWith('createdb')
    const name = await foreign()
    const test = async () => {
      const report = await provisioner.testServer(server, { templates: { x: name }, ownLogins: false }, operation())
      return report.checks.find((check) => check.name === 'template:x')
    }
    const found = await test()
    expect(found?.ok).to.equal(false)
    await run(statementsIn(found?.remedy ?? '')[1]!)
    expect((await test())?.ok).to.equal(true)
  })

  it('copying a database of another role', async () => {
    const server = await serverWith('createdb')
    const databaseName = await foreign()
    const source = { kind: 'copy' as const, databaseName, mayEndSessions: false }
    const request = instance({ source, login: null })
    await mended(() => create(server, request), 1)
    await drop(server, request)
  })

  it('tables of another role in a copy', async () => {
    const server = await serverWith('createdb')
    const owner = `missing_owner_${mark}`
    const name = await foreign(
      `create schema edfi authorization ${owner}`,
      'create table edfi.student (id int)',
      `alter table edfi.student owner to ${owner}`,
    )
    await run(`alter database ${name} is_template true`)
    const request = instance({ source: template(name) })
    await mended(() => create(server, request))
    await drop(server, request)
  })

  for (const [choice, title] of ['pg_signal_backend', 'membership'].entries())
    it(`ending the sessions of ODS/API, mended by ${title}; till then the database stays in use`, async () => {
      const server = await serverWith('createdb')
      const request = instance()
      await create(server, request)
      const session = await connect(request.databaseName, app)
      await mended(async () => {
        try {
          await drop(server, request)
        } catch (error) {
          await session.query('select 1')
          throw error
        }
      }, choice)
      await session.end().catch(() => undefined)
    })

  it('no right to end the sessions of an own login, which it made', async () => {
    const server = await serverWith('createdb createrole')
    const login = { username: `missing_own_${mark}_${++count}`, password: 'Own-1', own: true }
    const request = instance({ login })
    await create(server, request)
    const session = await connect(request.databaseName, login)
    await drop(server, request)
    await session.end().catch(() => undefined)
    expect(await run(`select from pg_roles where rolname = '${login.username}'`)).to.deep.equal([])
  })

  it('a database of another role that is to be adopted', async () => {
    const server = await serverWith('createdb')
    const request = { ...instance(), databaseName: await foreign(), login: app }
    await mended(() => provisioner.adoptDatabase(server, request, operation()))
    await provisioner.releaseDatabase(server, request, operation())
  })

  it('a database of ours that another login made', async () => {
    const [first, second] = [await serverWith('createdb'), await serverWith('createdb')]
    const request = instance()
    await create(first, request)
    await mended(() => provisioner.stopDatabase(second, request, operation()))
    await drop(second, request)
  })

  it('CREATEROLE, where instances have logins of their own', async () => {
    const server = await serverWith('createdb')
    const login = { username: `missing_own_${mark}_${++count}`, password: 'Own-1', own: true }
    const request = instance({ login })
    await mended(() => create(server, request))
    await drop(server, request)
  })

  it('an own login that another login made, which from version 16 on wants the admin option', async function () {
    const [version] = await run(`select current_setting('server_version_num')::int >= 160000 as new`)
    if (version?.['new'] !== true) return this.skip()
    const server = await serverWith('createdb createrole')
    const login = { username: `missing_own_${mark}_${++count}`, password: 'Own-1', own: true }
    const request = instance({ login })
    await run(`create role ${login.username} login`)
    const [role] = await run(`select oid::text as identity from pg_roles where rolname = '${login.username}'`)
    const marker = writeMarker({ ...request.owner, kind: 'instance', identity: String(role?.['identity']) })
    await run(`comment on role ${login.username} is '${marker}'`)
    await mended(() => create(server, request))
    await drop(server, request)
  })

  it('making own logins members of ownLoginRole', async () => {
    const role = `missing_rights_${mark}`
    const server = await serverWith('createdb createrole', { ownLoginRole: role })
    const login = { username: `missing_own_${mark}_${++count}`, password: 'Own-1', own: true }
    const request = instance({ login })
    const find = async () => {
      const report = await provisioner.testServer(server, { templates: {}, ownLogins: true }, operation())
      return report.checks.find(({ name }) => name === 'own-login-role')
    }
    expect((await find())?.ok).to.equal(false)
    expect((await refusal(create(server, request))).code).to.equal('settings_invalid')
    await run(`create role ${role}`)
    cleaning.push(`drop role ${role}`)
    const [version] = await run(`select current_setting('server_version_num')::int >= 160000 as new`)
    if (version?.['new'] === true) {
      expect((await find())?.ok).to.equal(false)
      await mended(() => create(server, request))
    } else await create(server, request)
    expect((await find())?.ok).to.equal(true)
    const [member] = await run(`select pg_has_role('${login.username}', '${role}', 'MEMBER') as is_member`)
    expect(member).to.deep.equal({ is_member: true })
    await drop(server, request)
  })
})
