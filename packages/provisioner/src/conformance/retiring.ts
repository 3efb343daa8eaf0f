import assert from 'node:assert/strict'
import { retiredName } from '../private-name.js'
import type { RegisteredLogin, RetireDatabase } from '../provisioner.js'
import { failsWith, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase, stubbornClient } from './database-of.js'
import { everyInterruption } from './every-interruption.js'

/** Retiring and reviving. */
export function describeRetiring(context: ConformanceContext): void {
  const { provisioner, target } = context
  const kinds = [
    ['the login that instances share', (): RegisteredLogin => ({ ...target().login, own: false })],
    ['a login of its own', (): RegisteredLogin => ({ username: newName(), password: 'Own-Pass-91bd', own: true })],
  ] as const

  const retired = async (login: RegisteredLogin): Promise<RetireDatabase & { identity: string }> => {
    const database = await newDatabase(context, { empty: true, login })
    return { ...database, retiredName: retiredName(database.owner.instanceId) }
  }
  const drop = (request: RetireDatabase, databaseName: string) =>
    provisioner.dropDatabase(
      target().server,
      { databaseName, owner: request.owner, ...(request.login.own ? { ownLogin: request.login.username } : {}) },
      operation(),
    )

  describe('retireDatabase and reviveDatabase', () => {
    before(function () {
      if (!provisioner.manifest.capabilities.supportsRename) this.skip()
    })

    for (const [kind, makeLogin] of kinds) {
      it(`shuts out ${kind} whoever is on it, gives all of it back, and is no error when repeated`, async function () {
        if (makeLogin().own && !provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
        const login = makeLogin()
        const request = await retired(login)
        const client = stubbornClient(context, request.databaseName)
        try {
          await provisioner.retireDatabase(target().server, request, operation())
        } finally {
          await client.stop()
        }
        await provisioner.retireDatabase(target().server, request, operation())
        assert.equal(await target().canConnect(login, request.retiredName), false)
        assert.equal(await target().canConnect(login), !login.own)
        assert.equal(await target().canConnect(target().server.credentials, request.retiredName), true)
        assert.ok(!(await target().listRaw()).includes(request.databaseName))
        await provisioner.reviveDatabase(target().server, request, operation())
        await provisioner.reviveDatabase(target().server, request, operation())
        assert.equal(await target().canConnect(login, request.databaseName), true)
        const listed = await provisioner.listDatabases(target().server, operation())
        const found = listed.find((each) => each.name === request.databaseName)
        assert.deepEqual([found?.identity, found?.owner], [request.identity, request.owner])
        await drop(request, request.databaseName)
      })

      it(`stops and drops what was retired from ${kind}`, async function () {
        if (makeLogin().own && !provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
        const login = makeLogin()
        const request = await retired(login)
        await provisioner.retireDatabase(target().server, request, operation())
        if (provisioner.manifest.capabilities.supportsStop) {
          const stop = { databaseName: request.retiredName, owner: request.owner, identity: request.identity }
          await provisioner.stopDatabase(target().server, stop, operation())
          assert.equal(await target().canConnect(target().server.credentials, request.retiredName), false)
          await provisioner.reviveDatabase(target().server, request, operation())
          assert.equal(await target().canConnect(login, request.databaseName), true)
          await provisioner.retireDatabase(target().server, request, operation())
          await provisioner.stopDatabase(target().server, stop, operation())
        }
        assert.deepEqual(await drop(request, request.retiredName), { dropped: [request.retiredName] })
        assert.equal(await target().canConnect(login), !login.own)
      })
    }

    it('refuses what is another’s, leaving it in use, and does not take a later run’s', async () => {
      const request = await retired({ ...target().login, own: false })
      const foreign = { ...request, owner: newOwner() }
      const retire = provisioner.retireDatabase(target().server, foreign, operation())
      await failsWith(retire, 'not_our_database', target().server)
      assert.equal(await target().canConnect(request.login, request.databaseName), true)
      const later = { ...request, owner: { ...request.owner, epoch: 2 } }
      await provisioner.retireDatabase(target().server, later, operation())
      const revive = provisioner.reviveDatabase(target().server, request, operation())
      await failsWith(revive, ['not_our_database', 'database_missing'], target().server)
      await drop(later, later.retiredName)
    })

    it('a retirement that ended after any of its effects is finished by a later run, or taken back', async function () {
      this.timeout(120_000)
      for (const finish of ['retire', 'revive'])
        await everyInterruption(
          () => retired({ ...target().login, own: false }),
          (request, interrupted) => provisioner.retireDatabase(target().server, request, interrupted),
          async (request) => {
            const later = { ...request, owner: { ...request.owner, epoch: 2 } }
            if (finish === 'retire') await provisioner.retireDatabase(target().server, later, operation())
            else await provisioner.reviveDatabase(target().server, later, operation())
            const name = finish === 'retire' ? request.retiredName : request.databaseName
            assert.equal(await target().canConnect(request.login, name), finish === 'revive')
            await drop(later, name)
          },
        )
    })
  })
}
