import assert from 'node:assert/strict'
import { failsWith, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase, stubbornClient } from './database-of.js'
import { everyInterruption } from './every-interruption.js'

/** Renaming. */
export function describeRenaming(context: ConformanceContext): void {
  const { provisioner, target } = context
  describe('renameDatabase', () => {
    before(function () {
      if (!provisioner.manifest.capabilities.supportsRename) this.skip()
    })

    it('renames against a client that always comes back, keeps the identity, and is no error when repeated', async () => {
      const database = await newDatabase(context, { empty: true })
      const [from, to] = [database.databaseName, newName()]
      const client = stubbornClient(context, from)
      const rename = { from, to, owner: { ...database.owner, epoch: 2 }, identity: database.identity }
      try {
        await provisioner.renameDatabase(target().server, rename, operation())
      } finally {
        await client.stop()
      }
      await provisioner.renameDatabase(target().server, rename, operation())
      const listed = await provisioner.listDatabases(target().server, operation())
      assert.equal(
        listed.find((each) => each.name === from),
        undefined,
      )
      const renamed = listed.find((each) => each.name === to)
      assert.deepEqual([renamed?.identity, renamed?.owner], [database.identity, rename.owner])
      assert.equal(await target().canConnect(database.login, to), true)
      const drop = { databaseName: to, owner: database.owner }
      await failsWith(provisioner.dropDatabase(target().server, drop, operation()), 'not_our_database', target().server)
      await provisioner.dropDatabase(target().server, { ...drop, owner: rename.owner }, operation())
    })

    it('leaves a stopped database stopped', async function () {
      if (!provisioner.manifest.capabilities.supportsStop) return this.skip()
      const database = await newDatabase(context, { empty: true })
      const to = newName()
      await provisioner.stopDatabase(target().server, database, operation())
      const rename = { from: database.databaseName, to, owner: database.owner }
      await provisioner.renameDatabase(target().server, rename, operation())
      assert.equal(await target().canConnect(database.login, to), false)
      await provisioner.dropDatabase(target().server, { ...database, databaseName: to }, operation())
    })

    it('refuses a name that somebody has, and ours stays in use under its own', async () => {
      const database = await newDatabase(context, { empty: true })
      const to = newName()
      await target().createForeign(to)
      const rename = { from: database.databaseName, to, owner: database.owner }
      await failsWith(
        provisioner.renameDatabase(target().server, rename, operation()),
        'database_name_taken',
        target().server,
      )
      assert.equal(await target().canConnect(database.login, database.databaseName), true)
      await target().dropForeign(to)
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('refuses what is another’s, and what is not there', async () => {
      const [from, to] = [newName(), newName()]
      const rename = { from, to, owner: newOwner() }
      await failsWith(
        provisioner.renameDatabase(target().server, rename, operation()),
        'database_missing',
        target().server,
      )
      await target().createForeign(from)
      await failsWith(
        provisioner.renameDatabase(target().server, rename, operation()),
        'not_our_database',
        target().server,
      )
      const raw = await target().listRaw()
      assert.deepEqual([raw.includes(from), raw.includes(to)], [true, false])
      await target().dropForeign(from)
    })

    it('a rename that ended after any of its effects is finished by a later run, and locks nobody out', async () => {
      await everyInterruption(
        async () => ({ ...(await newDatabase(context, { empty: true })), to: newName() }),
        ({ databaseName: from, to, owner }, interrupted) =>
          provisioner.renameDatabase(target().server, { from, to, owner }, interrupted),
        async ({ databaseName: from, to, owner, login }) => {
          const later = { ...owner, epoch: 2 }
          await provisioner.renameDatabase(target().server, { from, to, owner: later }, operation())
          assert.equal(await target().canConnect(login, to), true)
          await provisioner.dropDatabase(target().server, { databaseName: to, owner: later }, operation())
        },
      )
    })
  })
}
