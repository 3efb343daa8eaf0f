import assert from 'node:assert/strict'
import { failsWith, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase, stubbornClient } from './database-of.js'
import { everyInterruption } from './every-interruption.js'

/** Stopping and starting. */
export function describeStopping(context: ConformanceContext): void {
  const { provisioner, target } = context
  describe('stopDatabase and startDatabase', () => {
    before(function () {
      if (!provisioner.manifest.capabilities.supportsStop) this.skip()
    })

    it('ends the sessions there are, lets nobody in until it is started, and is no error when repeated', async () => {
      const { login, ...database } = await newDatabase(context, { empty: true })
      const session = await target().openSession(database.databaseName)
      const { endedSessions } = await provisioner.stopDatabase(target().server, database, operation())
      assert.ok(endedSessions >= 1)
      assert.equal(await session.isOpen(), false)
      await session.close()
      assert.equal(await target().canConnect(login, database.databaseName), false)
      const again = await provisioner.stopDatabase(target().server, database, operation())
      assert.deepEqual(again, { endedSessions: 0 })
      await provisioner.startDatabase(target().server, database, operation())
      await provisioner.startDatabase(target().server, database, operation())
      assert.equal(await target().canConnect(login, database.databaseName), true)
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('wins against a client that always comes back', async () => {
      const database = await newDatabase(context, { empty: true })
      const client = stubbornClient(context, database.databaseName)
      try {
        await provisioner.stopDatabase(target().server, database, operation())
        assert.equal(await target().canConnect(database.login, database.databaseName), false)
      } finally {
        await client.stop()
      }
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('refuses what is another’s, of a later run, of another identity, or not there', async () => {
      const database = await newDatabase(context, { empty: true })
      const { owner } = database
      const later = { ...database, owner: { ...owner, epoch: 2 } }
      await provisioner.startDatabase(target().server, later, operation())
      for (const foreign of [
        { ...database, owner: newOwner(9) },
        { ...database, owner: { ...owner, installationId: newOwner().instanceId, epoch: 9 } },
        { ...database, owner },
        { ...later, identity: '1' },
      ]) {
        const stop = provisioner.stopDatabase(target().server, foreign, operation())
        await failsWith(stop, 'not_our_database', target().server)
        const start = provisioner.startDatabase(target().server, foreign, operation())
        await failsWith(start, 'not_our_database', target().server)
      }
      assert.equal(await target().canConnect(database.login, database.databaseName), true)
      await provisioner.dropDatabase(target().server, later, operation())
      const gone = provisioner.stopDatabase(target().server, later, operation())
      await failsWith(gone, 'database_missing', target().server)
    })

    it('drops a stopped database', async () => {
      const database = await newDatabase(context, { empty: true })
      await provisioner.stopDatabase(target().server, database, operation())
      const { dropped } = await provisioner.dropDatabase(target().server, database, operation())
      assert.deepEqual(dropped, [database.databaseName])
    })

    it('a stop that ended after any of its effects is finished by a later run', async () => {
      await everyInterruption(
        () => newDatabase(context, { empty: true }),
        (database, interrupted) => provisioner.stopDatabase(target().server, database, interrupted),
        async (database) => {
          const later = { ...database, owner: { ...database.owner, epoch: 2 } }
          await provisioner.stopDatabase(target().server, later, operation())
          assert.equal(await target().canConnect(database.login, database.databaseName), false)
          await provisioner.dropDatabase(target().server, later, operation())
        },
      )
    })
  })
}
