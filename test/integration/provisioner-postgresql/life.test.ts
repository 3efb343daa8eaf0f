import { randomUUID } from 'node:crypto'
import { isFailure } from '@edfi-tenants/core'
import { archiveName, retiredName, type Operation, type Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const operation = (wished: Partial<Operation> = {}): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
  ...wished,
})

describe('the life of a database on PostgreSQL', function () {
  this.timeout(60_000)
  const admin = { username: `life_admin_${mark}`, password: 'Life-Admin-1' }
  const reader = `life_reader_${mark}`
  const app = { username: `life_app_${mark}`, password: 'Life-App-1', own: false }
  const installationId = randomUUID()
  let server: Server
  let count = 0

  const connect = async (database: string, as = app) => {
    const url = new URL((await sharedPostgres()).url)
    const client = new Client({
      host: url.hostname,
      port: Number(url.port),
      database,
      user: as.username,
      password: as.password,
    })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const query = async (statement: string, database = 'postgres'): Promise<Record<string, unknown>[]> => {
    const url = new URL((await sharedPostgres()).url)
    url.pathname = `/${database}`
    const client = new Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }
  const make = async (login = app) => {
    const owner = { installationId, instanceId: randomUUID(), epoch: 1 }
    const databaseName = `life_${mark}_${++count}`
    const request = { databaseName, owner, login, source: { kind: 'empty' as const } }
    const { identity } = await provisioner.createDatabase(server, request, operation())
    return { databaseName, owner, identity, login, retiredName: retiredName(owner.instanceId) }
  }
  const aclOf = async (database: string) =>
    (
      await query(
        `select coalesce(r.rolname, 'public') as grantee, a.privilege_type, a.is_grantable
         from pg_database d cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
           left join pg_roles r on r.oid = a.grantee
         where d.datname = '${database}' order by 1, 2`,
      )
    ).map((row) => Object.values(row).join(' '))

  before(async () => {
    const { hostname, port } = new URL((await sharedPostgres()).url)
    server = { id: '1', name: 'life', settings: { host: hostname, port: Number(port) }, credentials: admin }
    await query(
      `create role ${admin.username} login createdb createrole password '${admin.password}';
       grant pg_signal_backend to ${admin.username};
       create role ${reader} login password 'x'; create role ${app.username} login password '${app.password}'`,
    )
  })
  after(() => query(`drop role ${reader}; drop role ${app.username}; drop role ${admin.username}`))

  it('gives back all rights to connect that a retirement took, also those of others', async () => {
    const request = await make()
    await query(`grant connect on database ${request.databaseName} to ${reader} with grant option`)
    const before = await aclOf(request.databaseName)
    await provisioner.retireDatabase(server, request, operation())
    const connecting = (await aclOf(request.retiredName)).filter((grant) => grant.includes('CONNECT'))
    expect(connecting).to.deep.equal([`${admin.username} CONNECT false`])
    await provisioner.stopDatabase(server, { ...request, databaseName: request.retiredName }, operation())
    await provisioner.reviveDatabase(server, request, operation())
    expect(await aclOf(request.databaseName)).to.deep.equal(before)
    await provisioner.dropDatabase(server, request, operation())
  })

  it('changes nothing at all when a name is taken at the end of a retirement', async () => {
    const request = await make()
    await query(`create database "${request.retiredName}"`)
    const before = await aclOf(request.databaseName)
    const outcome = await provisioner.retireDatabase(server, request, operation()).catch((error: unknown) => error)
    expect(isFailure(outcome) && outcome.code).to.equal('database_name_taken')
    expect(await aclOf(request.databaseName)).to.deep.equal(before)
    await (await connect(request.databaseName)).end()
    await query(`drop database "${request.retiredName}"`)
    await provisioner.dropDatabase(server, request, operation())
  })

  it('ends a rename soon after an abort, and leaves the database in use', async () => {
    const request = await make()
    // The login may not end a superuser’s session, so the rename cannot get through.
    const url = new URL((await sharedPostgres()).url)
    const { username, password } = url
    const holder = await connect(request.databaseName, { username, password, own: false })
    const abort = new AbortController()
    const started = Date.now()
    setTimeout(() => abort.abort(), 300)
    const rename = { from: request.databaseName, to: `life_${mark}_to`, owner: request.owner }
    const outcome = await provisioner
      .renameDatabase(server, rename, operation({ signal: abort.signal }))
      .catch((error: unknown) => error)
    expect(isFailure(outcome) && outcome.code).to.be.oneOf(['job_cancelled', 'insufficient_privilege'])
    expect(Date.now() - started).to.be.lessThan(7_000)
    await holder.end()
    await (await connect(request.databaseName)).end()
    await provisioner.dropDatabase(server, request, operation())
  })

  it('drops an own login although a stopped copy of its database holds rights of it, and leaves that stopped', async () => {
    const request = await make({ username: `life_own_${mark}`, password: 'own', own: true })
    await query(`create schema edfi authorization ${admin.username}`, request.databaseName)
    await query(`grant usage on schema edfi to ${request.login.username}`, request.databaseName)
    const owner = { installationId, instanceId: randomUUID(), epoch: 1 }
    const copy = { databaseName: archiveName(owner.instanceId), owner }
    const source = { kind: 'copy' as const, databaseName: request.databaseName, mayEndSessions: false }
    await provisioner.createDatabase(server, { ...copy, source, kind: 'archive', login: null }, operation())
    await provisioner.stopDatabase(server, copy, operation())
    await provisioner.dropDatabase(server, { ...request, ownLogin: request.login.username }, operation())
    expect(await query(`select from pg_roles where rolname = '${request.login.username}'`)).to.deep.equal([])
    const [probe] = await provisioner.probeDatabases(
      server,
      { databaseNames: [copy.databaseName], sizes: false },
      operation(),
    )
    expect(probe?.state).to.equal('stopped')
    await provisioner.dropDatabase(server, copy, operation())
  })

  it('keeps the kind of a database and its later epoch through every change', async () => {
    const owner = { installationId, instanceId: randomUUID(), epoch: 1 }
    const databaseName = archiveName(owner.instanceId)
    const source = { kind: 'empty' as const }
    await provisioner.createDatabase(server, { databaseName, owner, source, kind: 'archive', login: null }, operation())
    const later = { ...owner, epoch: 5 }
    await provisioner.stopDatabase(server, { databaseName, owner: later }, operation())
    await provisioner.startDatabase(server, { databaseName, owner: later }, operation())
    const listed = await provisioner.listDatabases(server, operation())
    const found = listed.find((each) => each.name === databaseName)
    expect([found?.kind, found?.owner?.epoch]).to.deep.equal(['archive', 5])
    await provisioner.dropDatabase(server, { databaseName, owner: later }, operation())
  })

  it('says that a drop was broken off, after which nothing can be done but dropping again', async () => {
    const request = await make()
    await query(`update pg_database set datconnlimit = -2 where datname = '${request.databaseName}'`)
    const [probe] = await provisioner.probeDatabases(
      server,
      { databaseNames: [request.databaseName], sizes: false },
      operation(),
    )
    expect(probe?.state).to.equal('unavailable')
    await provisioner.dropDatabase(server, request, operation())
  })

  it('offers no export where the worker’s pg_dump is older than the server, and says so when asked', async () => {
    const formats = await provisioner.exportFormats(server, operation())
    const request = await make()
    const outcome = await provisioner
      .exportDatabase(server, request, () => Promise.resolve(), operation())
      .then(({ format }) => format)
      .catch((error: unknown) => (isFailure(error) ? error.code : error))
    expect(outcome).to.equal(formats[0] ?? 'not_supported')
    await provisioner.dropDatabase(server, request, operation())
  })
})
