import { randomUUID } from 'node:crypto'
import { isFailure } from '@edfi-tenants/core'
import type { Login, Operation, Server, ServerCheck } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const admin = { username: `test_admin_${mark}`, password: 'Test-Admin-1' }
const maintenance = `test_maintenance_${mark}`

const operation = (): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})

describe('testServer of postgresql', function () {
  this.timeout(60_000)
  let server: Server

  const run = async (...statements: string[]): Promise<void> => {
    const client = new Client({ connectionString: (await sharedPostgres()).url })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }

  const check = async (
    name: string,
    request: { registeredLogin?: Login; ownLogins: boolean },
  ): Promise<ServerCheck | undefined> => {
    const { checks } = await provisioner.testServer(server, { templates: {}, ...request }, operation())
    return checks.find((found) => found.name === name)
  }

  before(async () => {
    await run(
      `create role ${admin.username} login createdb password '${admin.password}'`,
      `grant pg_signal_backend to ${admin.username}`,
      `create role test_app_${mark} login password 'App-1'`,
      `create role test_nologin_${mark} nologin password 'App-1'`,
      `create database ${maintenance} owner ${admin.username}`,
      `revoke connect on database ${maintenance} from public`,
    )
    const { url } = await sharedPostgres()
    const { hostname, port } = new URL(url)
    server = {
      id: '1',
      name: 'test',
      settings: { host: hostname, port: Number(port), maintenanceDatabase: maintenance },
      credentials: admin,
    }
  })

  after(() =>
    run(
      `drop database ${maintenance} with (force)`,
      `drop role test_app_${mark}`,
      `drop role test_nologin_${mark}`,
      `drop role ${admin.username}`,
    ),
  )

  it('counts a shared login as signed in although it may not connect to the maintenance database', async () => {
    const registeredLogin = { username: `test_app_${mark}`, password: 'App-1' }
    expect((await check('registered-login', { registeredLogin, ownLogins: false }))?.ok).to.equal(true)
  })

  const refused: [string, string, string][] = [
    [`test_app_${mark}`, 'wrong', 'ALTER ROLE'],
    [`test_nologin_${mark}`, 'App-1', 'ALTER ROLE'],
    [`test_absent_${mark}`, 'App-1', 'CREATE ROLE'],
  ]
  for (const [username, password, remedy] of refused)
    it(`finds a shared login that is refused and says what to do: ${username.replace(`_${mark}`, '')}`, async () => {
      const found = await check('registered-login', { registeredLogin: { username, password }, ownLogins: false })
      expect(found?.ok).to.equal(false)
      expect(found?.remedy).to.contain(remedy)
    })

  it('has no finding about a shared login where there is none', async () => {
    expect(await check('registered-login', { ownLogins: true })).to.equal(undefined)
  })

  it('needs CREATEROLE only where every instance gets a login of its own', async () => {
    const needed = await check('create-logins', { ownLogins: true })
    expect(needed?.ok).to.equal(false)
    expect(needed?.remedy).to.contain('CREATEROLE')
    expect((await check('create-logins', { ownLogins: false }))?.ok).to.equal(true)
  })

  it('says whether this worker can keep archives off the server, which takes a pg_dump as new as that', async () => {
    const report = await provisioner.testServer(server, { templates: {}, ownLogins: false }, operation())
    const found = report.checks.find(({ name }) => name === 'export-programs')
    const formats = await provisioner.exportFormats(server, operation())
    // Without it archives are copies on the server: a difference, but nothing that keeps it from being used.
    expect(found?.ok).to.equal(true)
    if (formats.length > 0) expect(found?.detail).to.match(/^pg_dump and pg_restore \d+ are on this worker/)
    else
      expect([found?.detail, found?.remedy].join(' ')).to.match(
        /can only be copies on the server\. Install postgresql-client-\d+/,
      )
  })

  it('counts membership of ODS/API’s login as the right to end its sessions, and names both ways there', async () => {
    const registeredLogin = { username: `test_app_${mark}`, password: 'App-1' }
    const request = { registeredLogin, ownLogins: false }
    await run(`revoke pg_signal_backend from ${admin.username}`)
    try {
      const lacking = await check('end-sessions', request)
      expect(lacking?.ok).to.equal(false)
      expect(lacking?.remedy).to.equal(
        `GRANT pg_signal_backend TO "${admin.username}"; or GRANT "test_app_${mark}" TO "${admin.username}";`,
      )
      await run(`grant test_app_${mark} to ${admin.username}`)
      expect((await check('end-sessions', request))?.ok).to.equal(true)
      await run(`revoke test_app_${mark} from ${admin.username}`)
      // Own logins are made so that it may end their sessions.
      expect((await check('end-sessions', { ownLogins: true }))?.ok).to.equal(true)
    } finally {
      await run(`grant pg_signal_backend to ${admin.username}`)
    }
  })

  it('reaches a server by its name, and never one whose name or address is a metadata service’s', async () => {
    const at = (host: string) =>
      provisioner
        .databaseSize({ ...server, settings: { ...server.settings, host } }, { databaseName: maintenance }, operation())
        .catch((error: unknown) => (isFailure(error) ? error.code : String(error)))
    expect(await at('localhost')).to.be.a('number')
    // The resolver of the system reads a number as an address: this one is 169.254.169.254.
    for (const host of ['2852039166', '169.254.169.254']) expect(await at(host)).to.equal('target_host_refused')
  })
})
