import assert from 'node:assert/strict'
import { archiveName } from '../private-name.js'
import type { CreateDatabase } from '../provisioner.js'
import { failsWith, leftoversOf, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase, stubbornClient, type TestedDatabase } from './database-of.js'

/** Copying a database of the same server. */
export function describeCopying(context: ConformanceContext): void {
  const { provisioner, target } = context
  const copyOf = (from: TestedDatabase, mayEndSessions: boolean): CreateDatabase & { databaseName: string } => {
    const owner = newOwner()
    return {
      databaseName: archiveName(owner.instanceId),
      owner,
      kind: 'archive',
      login: null,
      source: { kind: 'copy', databaseName: from.databaseName, identity: from.identity, mayEndSessions },
    }
  }

  describe('createDatabase from a copy', () => {
    it('copies a database nobody is on, marked as what it is for, and out of reach of the login', async () => {
      const from = await newDatabase(context)
      const request = copyOf(from, false)
      const made = await provisioner.createDatabase(target().server, request, operation())
      assert.notEqual(made.identity, from.identity)
      const listed = await provisioner.listDatabases(target().server, operation())
      const copy = listed.find((each) => each.name === request.databaseName)
      assert.deepEqual([copy?.owner, copy?.kind], [request.owner, 'archive'])
      assert.equal(listed.find((each) => each.name === from.databaseName)?.kind, 'instance')
      assert.equal(await target().canConnect(from.login, request.databaseName), false)
      const again = await provisioner.createDatabase(target().server, request, operation())
      assert.deepEqual([again.created, again.identity], ['existing', made.identity])
      await provisioner.dropDatabase(target().server, request, operation())
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('gives a copy its own login, with the rights on what came along', async function () {
      if (!provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
      const own = () => ({ username: newName(), password: 'Own-Pass-4b7c', own: true })
      const from = await newDatabase(context, { login: own() })
      const login = own()
      const request = { ...copyOf(from, false), kind: 'instance' as const, login }
      await provisioner.createDatabase(target().server, request, operation())
      const verify = { ...request, login, expect: 'ods' as const }
      const { descriptors } = await provisioner.verifyDatabase(target().server, verify, operation())
      assert.ok((descriptors ?? 0) > 0)
      assert.equal(await target().canConnect(from.login, request.databaseName), false)
      await provisioner.dropDatabase(target().server, { ...request, ownLogin: login.username }, operation())
      await provisioner.dropDatabase(target().server, { ...from, ownLogin: from.login.username }, operation())
    })

    it('says that somebody is on the source, and touches neither it nor them, unless it may', async () => {
      const from = await newDatabase(context, { empty: true })
      const session = await target().openSession(from.databaseName)
      const refused = copyOf(from, false)
      const create = provisioner.createDatabase(target().server, refused, operation())
      // An engine that copies what is in use has nothing to refuse.
      const outcome = await create.then(() => 'copied').catch((error: unknown) => error)
      assert.equal(await session.isOpen(), true)
      if (outcome !== 'copied') {
        const error = await failsWith(create, 'source_in_use', target().server)
        assert.equal(error.retryable, false)
        assert.deepEqual(await leftoversOf(target(), refused.owner), [])
      }
      await provisioner.dropDatabase(target().server, refused, operation())
      const allowed = copyOf(from, true)
      await provisioner.createDatabase(target().server, allowed, operation())
      await session.close()
      await provisioner.dropDatabase(target().server, allowed, operation())
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('copies against a client that always comes back, who finds the source open afterwards', async () => {
      const from = await newDatabase(context, { empty: true })
      const client = stubbornClient(context, from.databaseName)
      const request = copyOf(from, true)
      try {
        await provisioner.createDatabase(target().server, request, operation())
      } finally {
        await client.stop()
      }
      assert.equal(await target().canConnect(from.login, from.databaseName), true)
      await provisioner.dropDatabase(target().server, request, operation())
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('refuses a source that is another one than on record, or gone', async () => {
      const from = await newDatabase(context, { empty: true })
      const other = copyOf({ ...from, identity: '1' }, true)
      const create = provisioner.createDatabase(target().server, other, operation())
      await failsWith(create, 'not_our_database', target().server)
      await provisioner.dropDatabase(target().server, from, operation())
      const gone = copyOf(from, true)
      const again = provisioner.createDatabase(target().server, gone, operation())
      await failsWith(again, 'database_missing', target().server)
      assert.deepEqual(await leftoversOf(target(), gone.owner), [])
    })
  })
}
