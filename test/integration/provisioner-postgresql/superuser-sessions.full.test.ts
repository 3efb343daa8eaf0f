import { randomUUID } from 'node:crypto'
import { isFailure, type Failure } from '@edfi-tenants/core'
import type { CreateDatabase, Operation, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const operation = (): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})

// Managed services look into databases with superusers of their own, whose sessions nobody else can end.
describe('sessions of superusers on a database of PostgreSQL', function () {
  this.timeout(60_000)
  const admin = { username: `super_admin_${mark}`, password: 'Super-Admin-1' }
  const owner = { installationId: randomUUID(), instanceId: randomUUID(), epoch: 1 }
  const request: CreateDatabase = { databaseName: `super_${mark}`, owner, source: { kind: 'empty' }, login: null }
  let server: Server

  const superuser = async (database = 'postgres'): Promise<Client> => {
    const url = new URL((await sharedPostgres()).url)
    url.pathname = `/${database}`
    const client = new Client({ connectionString: url.href })
    await client.connect()
    return client
  }
  const run = async (statement: string): Promise<void> => {
    const client = await superuser()
    await client.query(statement).finally(() => client.end())
  }

  before(async () => {
    const { hostname, port } = new URL((await sharedPostgres()).url)
    await run(`create role ${admin.username} login createdb password '${admin.password}'`)
    await run(`grant pg_signal_backend to ${admin.username}`)
    server = { id: '1', name: 'super', settings: { host: hostname, port: Number(port) }, credentials: admin }
    await provisioner.createDatabase(server, request, operation())
  })
  after(() => run(`drop role ${admin.username}`))

  const works: Record<string, () => Promise<unknown>> = {
    rename: () =>
      provisioner.renameDatabase(server, { from: request.databaseName, to: `super_${mark}_2`, owner }, operation()),
    copy: () =>
      provisioner.createDatabase(
        server,
        {
          ...request,
          databaseName: `super_${mark}_3`,
          owner: { ...owner, instanceId: randomUUID() },
          source: { kind: 'copy', databaseName: request.databaseName, mayEndSessions: true },
        },
        operation(),
      ),
    drop: () => provisioner.dropDatabase(server, request, operation()),
  }
  for (const [name, work] of Object.entries(works))
    it(`keep it from a ${name} as long as they last, which a repetition may outlive; nothing has changed then`, async () => {
      const session = await superuser(request.databaseName)
      try {
        const failure = (await work().catch((error: unknown) => error)) as Failure
        expect(isFailure(failure), String(failure)).to.equal(true)
        expect([failure.code, failure.retryable]).to.deep.equal(['database_error', true])
        expect(failure.message).to.contain('superuser "postgres"')
        await session.query('select 1')
      } finally {
        await session.end()
      }
      const [probe] = await provisioner.probeDatabases(
        server,
        { databaseNames: [request.databaseName], sizes: false },
        operation(),
      )
      expect(probe?.state).to.equal('online')
    })

  it('are no obstacle any more when they have gone', async () => {
    const { dropped } = await provisioner.dropDatabase(server, request, operation())
    expect(dropped).to.deep.equal([request.databaseName])
  })
})
