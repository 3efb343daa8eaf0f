import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import {
  createRequest,
  failsWith,
  newName,
  newOwner,
  operation,
  type ConformanceContext,
} from './conformance-context.js'

/** Reaching the server: who may, what is said when it cannot be, what is registered. */
export function describeConnecting({ provisioner, target }: ConformanceContext): void {
  describe('connections', () => {
    it('finds nothing wrong with the server it is tested on, and says what is with a missing template', async () => {
      const templates = { minimal: target().template, gone: target().missingTemplate }
      const request = { templates, registeredLogin: target().login, ownLogins: true }
      const report = await provisioner.testServer(target().server, request, operation())
      assert.notEqual(report.serverVersion, '')
      const failed = report.checks.filter((check) => !check.ok)
      assert.deepEqual(
        failed.map((check) => check.name),
        ['template:gone'],
      )
      assert.ok(
        report.checks.every((check) => check.ok || check.remedy),
        'a failed check says what to do',
      )
    })

    it('says that a server cannot be reached, which may pass', async () => {
      const unreachable = target().unreachable ?? { host: '127.0.0.1', port: await unusedPort() }
      const server = { ...target().server, settings: { ...target().server.settings, ...unreachable } }
      const create = provisioner.createDatabase(server, createRequest(target(), newOwner(), newName()), operation())
      const failure = await failsWith(create, 'server_unreachable', server)
      assert.equal(failure.retryable, true)
      const test = provisioner.testServer(server, { templates: {}, ownLogins: false }, operation())
      await failsWith(test, 'server_unreachable', server)
    })

    it('finds that the shared login cannot sign in before an instance is made with it', async () => {
      const registeredLogin = { ...target().login, password: 'wrong-2216' }
      const request = { templates: {}, registeredLogin, ownLogins: false }
      const { checks } = await provisioner.testServer(target().server, request, operation())
      const failed = checks.filter((check) => !check.ok)
      assert.deepEqual(
        failed.map((check) => check.name),
        ['registered-login'],
      )
      assert.ok(failed[0]?.remedy)
      assert.ok(!JSON.stringify(checks).includes(registeredLogin.password))
    })

    it('says that the privileged login is refused, which no repetition helps', async () => {
      const server = { ...target().server, credentials: { ...target().server.credentials, password: 'wrong-4711' } }
      const failure = await failsWith(provisioner.listDatabases(server, operation()), 'server_login_failed', server)
      assert.equal(failure.retryable, false)
    })

    it('tells a refused registered login, a missing database, and one that is no ODS apart', async () => {
      const { server, login } = target()
      const owner = newOwner()
      const databaseName = newName()
      await provisioner.createDatabase(
        server,
        createRequest(target(), owner, databaseName, { empty: true }),
        operation(),
      )
      const request = { databaseName, owner, login, expect: 'ods' as const }
      await failsWith(provisioner.verifyDatabase(server, request, operation()), 'not_an_ods', server, [login.password])
      const wrong = { ...request, login: { ...login, password: 'wrong-0815' } }
      await failsWith(provisioner.verifyDatabase(server, wrong, operation()), 'registered_login_failed', server, [
        'wrong-0815',
      ])
      const gone = { ...request, databaseName: newName() }
      await failsWith(provisioner.verifyDatabase(server, gone, operation()), 'database_missing', server)
      const others = { ...request, owner: newOwner() }
      await failsWith(provisioner.verifyDatabase(server, others, operation()), 'not_our_database', server)
      await provisioner.dropDatabase(server, { databaseName, owner }, operation())
    })

    it('registers database and login, never the privileged one', async () => {
      const login = { username: 'app', password: `p;w'"=x` }
      const text = await provisioner.registeredConnectionString(target().server, { databaseName: 'EdFi_Ods_1', login })
      assert.ok(text.includes('EdFi_Ods_1') && text.includes('app'))
      assert.ok(!text.includes(target().server.credentials.password))
    })

    it('gives an instance a login of its own that works there and on no other instance’s database', async function () {
      if (!provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
      this.timeout(60_000)
      const { server } = target()
      const made = [1, 2].map((number) => ({
        owner: newOwner(),
        databaseName: newName(),
        login: {
          username: `own_${number}_${newName()}`,
          password: `Own-${number}-${newOwner().instanceId}`,
          own: true,
        },
      }))
      for (const { owner, databaseName, login } of made) {
        const request = createRequest(target(), owner, databaseName, { login })
        await provisioner.createDatabase(server, request, operation())
        const changed = { ...request, login: { ...login, password: `${login.password}-2` } }
        await provisioner.createDatabase(server, changed, operation())
        assert.equal(await target().canConnect(login, databaseName), false, 'the password is the one given last')
        login.password = changed.login.password
        await provisioner.verifyDatabase(server, { databaseName, owner, login, expect: 'ods' }, operation())
      }
      const [first, second] = made as [(typeof made)[0], (typeof made)[0]]
      assert.equal(await target().canConnect(first.login, second.databaseName), false)
      assert.equal(await target().canConnect(second.login, first.databaseName), false)
      for (const { owner, databaseName, login } of made)
        await provisioner.dropDatabase(server, { databaseName, owner, ownLogin: login.username }, operation())
      assert.equal(await target().canConnect(first.login), false, 'the login is dropped along')
    })
  })
}

async function unusedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
