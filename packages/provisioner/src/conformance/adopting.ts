import assert from 'node:assert/strict'
import type { RegisteredLogin } from '../provisioner.js'
import { failsWith, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase } from './database-of.js'
import { everyInterruption } from './every-interruption.js'

/** Taking on what somebody else made, and letting go of it. */
export function describeAdopting(context: ConformanceContext): void {
  const { provisioner, target } = context
  const shared = (): RegisteredLogin => ({ ...target().login, own: false })
  const infoOf = async (name: string) =>
    (await provisioner.listDatabases(target().server, operation())).find((each) => each.name === name)
  /** Adopts once more, since only what is ours can be dropped. */
  const remove = async (databaseName: string) => {
    const owner = newOwner(9)
    await provisioner.adoptDatabase(target().server, { databaseName, owner, login: shared() }, operation())
    await provisioner.dropDatabase(target().server, { databaseName, owner }, operation())
  }

  describe('adoptDatabase and releaseDatabase', () => {
    it('marks what is unmarked with nobody thrown out, lets go of it, and is no error when repeated', async () => {
      const [databaseName, owner] = [newName(), newOwner()]
      await target().createUnmarked(databaseName)
      const session = await target().openSession(databaseName)
      const request = { databaseName, owner, login: shared() }
      const { identity } = await provisioner.adoptDatabase(target().server, request, operation())
      const again = await provisioner.adoptDatabase(target().server, request, operation())
      assert.equal(again.identity, identity)
      const marked = await infoOf(databaseName)
      assert.deepEqual([marked?.identity, marked?.owner, marked?.kind], [identity, owner, 'instance'])
      assert.equal(await target().canConnect(target().login, databaseName), true)
      await provisioner.releaseDatabase(target().server, { databaseName, owner, identity }, operation())
      await provisioner.releaseDatabase(target().server, { databaseName, owner, identity }, operation())
      const released = await infoOf(databaseName)
      assert.deepEqual([released?.identity, released?.owner], [identity, null])
      assert.equal(await session.isOpen(), true)
      await session.close()
      await remove(databaseName)
    })

    it('makes a login of its own, which a release keeps or drops', async function () {
      if (!provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
      for (const drop of [false, true]) {
        const [databaseName, owner] = [newName(), newOwner()]
        await target().createUnmarked(databaseName)
        const login = { username: `own_${databaseName}`, password: 'Own-Pass-7ac3', own: true }
        await provisioner.adoptDatabase(target().server, { databaseName, owner, login }, operation())
        assert.equal(await target().canConnect(login, databaseName), true)
        const ownLogin = { username: login.username, drop }
        await provisioner.releaseDatabase(target().server, { databaseName, owner, ownLogin }, operation())
        assert.equal(await target().canConnect(login, databaseName), !drop)
        await provisioner.dropDatabase(
          target().server,
          { databaseName: newName(), owner, ownLogin: login.username },
          operation(),
        )
        assert.equal(await target().canConnect(login, databaseName), !drop, 'what was released is nobody’s to drop')
        await remove(databaseName)
      }
    })

    it('refuses what is marked as another’s, and what is not there', async () => {
      const database = await newDatabase(context, { empty: true })
      const { databaseName } = database
      const stranger = newOwner()
      const adopt = { databaseName, owner: stranger, login: shared() }
      await failsWith(
        provisioner.adoptDatabase(target().server, adopt, operation()),
        'not_our_database',
        target().server,
      )
      await failsWith(
        provisioner.releaseDatabase(target().server, { databaseName, owner: stranger }, operation()),
        'not_our_database',
        target().server,
      )
      assert.deepEqual((await infoOf(databaseName))?.owner, database.owner)
      await failsWith(
        provisioner.adoptDatabase(target().server, { ...adopt, databaseName: newName() }, operation()),
        'database_missing',
        target().server,
      )
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('lets one of two adopt who come at once', async () => {
      const databaseName = newName()
      await target().createUnmarked(databaseName)
      const owners = [newOwner(), newOwner()]
      const outcomes = await Promise.allSettled(
        owners.map((owner) =>
          provisioner.adoptDatabase(target().server, { databaseName, owner, login: shared() }, operation()),
        ),
      )
      const winners = owners.filter((_, index) => outcomes[index]?.status === 'fulfilled')
      assert.equal(winners.length, 1)
      const [owner] = winners
      assert.ok(owner)
      assert.deepEqual((await infoOf(databaseName))?.owner, owner)
      await provisioner.dropDatabase(target().server, { databaseName, owner }, operation())
    })

    it('an adoption that ended after any of its effects is finished by a later run', async () => {
      await everyInterruption(
        async () => {
          const databaseName = newName()
          await target().createUnmarked(databaseName)
          return { databaseName, owner: newOwner(), login: shared() }
        },
        (request, interrupted) => provisioner.adoptDatabase(target().server, request, interrupted),
        async (request) => {
          const later = { ...request, owner: { ...request.owner, epoch: 2 } }
          await provisioner.adoptDatabase(target().server, later, operation())
          assert.deepEqual((await infoOf(request.databaseName))?.owner, later.owner)
          await provisioner.dropDatabase(target().server, later, operation())
        },
      )
    })
  })
}
