import { randomUUID } from 'node:crypto'
import { isFailure } from '@edfi-tenants/core'
import type { CreateDatabase, Operation, Ownership, RegisteredLogin, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const admin = { username: `rights_admin_${mark}`, password: 'Rights-Admin-1' }
const installationId = randomUUID()

const operation = (): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})
const newOwner = (): Ownership => ({ installationId, instanceId: randomUUID(), epoch: 1 })
const request = (
  databaseName: string,
  template: string,
  login: RegisteredLogin,
  owner = newOwner(),
): CreateDatabase & { login: RegisteredLogin } => ({
  databaseName,
  source: { kind: 'template', name: 'x', template },
  owner,
  login,
})
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )

describe('rights on copies', function () {
  this.timeout(60_000)
  let server: Server
  const made: string[] = []

  const run = async (database: string, ...statements: string[]): Promise<Record<string, unknown>[]> => {
    const url = new URL((await sharedPostgres()).url)
    url.pathname = `/${database}`
    const client = new Client({ connectionString: url.href })
    await client.connect()
    try {
      let rows: Record<string, unknown>[] = []
      for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
      return rows
    } finally {
      await client.end()
    }
  }

  const makeTemplate = async (name: string, ...content: string[]): Promise<string> => {
    await run('postgres', `create database ${name} is_template true`)
    made.push(name)
    await run(name, 'create schema edfi', 'create table edfi.student (id int)', ...content)
    return name
  }

  before(async () => {
    await run(
      'postgres',
      `create role ${admin.username} login createdb createrole password '${admin.password}'`,
      `grant pg_signal_backend to ${admin.username}`,
      `create role rights_app_${mark} login password 'x'`,
    )
    const url = new URL((await sharedPostgres()).url)
    server = {
      id: '1',
      name: 'rights',
      settings: { host: url.hostname, port: Number(url.port) },
      credentials: admin,
    }
  })

  after(async () => {
    for (const name of made)
      await run('postgres', `alter database ${name} is_template false`, `drop database ${name} with (force)`)
    await run('postgres', `drop role rights_app_${mark}`, `drop role ${admin.username}`)
  })

  const app: RegisteredLogin = { username: `rights_app_${mark}`, password: 'x', own: false }

  it('needs nothing of its own where the template has granted all, whoever owns the tables', async () => {
    const template = await makeTemplate(
      `rights_granted_${mark}`,
      `grant usage on schema edfi to ${app.username}`,
      `grant select, insert, update, delete on edfi.student to ${app.username}`,
    )
    const create = request(`rights_a_${mark}`, template, app)
    expect((await provisioner.createDatabase(server, create, operation())).created).to.equal('now')
    await provisioner.dropDatabase(server, create, operation())
  })

  it('says that rights are missing which it may not grant, and leaves no copy behind', async () => {
    const template = await makeTemplate(`rights_closed_${mark}`)
    const create = request(`rights_b_${mark}`, template, app)
    expect(await codeOf(provisioner.createDatabase(server, create, operation()))).to.equal('insufficient_privilege')
    const left = await run('postgres', `select from pg_database where datname like 'tm\\_${create.owner.instanceId}%'`)
    expect(left).to.deep.equal([])
  })

  it('drops an instance’s login although a database copied from the instance brought its rights along', async () => {
    const template = await makeTemplate(
      `rights_own_${mark}`,
      `alter schema edfi owner to ${admin.username}`,
      `alter table edfi.student owner to ${admin.username}`,
    )
    const first = request(`rights_c_${mark}`, template, { username: `rights_own_c_${mark}`, password: 'c', own: true })
    await provisioner.createDatabase(server, first, operation())
    const second = request(`rights_d_${mark}`, first.databaseName, {
      username: `rights_own_d_${mark}`,
      password: 'd',
      own: true,
    })
    await provisioner.createDatabase(server, second, operation())
    await provisioner.dropDatabase(server, { ...first, ownLogin: first.login.username }, operation())
    expect(await run('postgres', `select from pg_roles where rolname = '${first.login.username}'`)).to.deep.equal([])
    const verify = { ...second, expect: 'connection' as const }
    expect(await codeOf(provisioner.verifyDatabase(server, verify, operation()))).to.equal('none')
    const inside = `select has_table_privilege('${second.login.username}', 'edfi.student', 'INSERT') as kept`
    expect(await run(second.databaseName, inside)).to.deep.equal([{ kept: true }])
    await provisioner.dropDatabase(server, { ...second, ownLogin: second.login.username }, operation())
  })

  it('never takes over or drops a role that was not made for the instance', async () => {
    const create: CreateDatabase = {
      ...request(`rights_e_${mark}`, '', { ...app, own: true }),
      source: { kind: 'empty' },
    }
    expect(await codeOf(provisioner.createDatabase(server, create, operation()))).to.equal('registered_login_failed')
    await provisioner.dropDatabase(server, { ...create, ownLogin: app.username }, operation())
    expect(await run('postgres', `select from pg_roles where rolname = '${app.username}'`)).to.have.length(1)
  })
})
