import assert from 'node:assert/strict'
import { privateName } from '../private-name.js'
import {
  createRequest,
  failsWith,
  leftoversOf,
  newName,
  newOwner,
  operation,
  type ConformanceContext,
} from './conformance-context.js'

/** Dropping: only what is ours, whoever is on it. */
export function describeDropping({ provisioner, target }: ConformanceContext): void {
  describe('dropDatabase', () => {
    it('drops the instance’s database although somebody is on it, and is no error when repeated', async () => {
      const owner = newOwner()
      const name = newName()
      await provisioner.createDatabase(target().server, createRequest(target(), owner, name), operation())
      const session = await target().openSession(name)
      const { dropped } = await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
      assert.deepEqual(dropped, [name])
      assert.equal(await session.isOpen(), false)
      await session.close()
      assert.ok(!(await target().listRaw()).includes(name))
      assert.deepEqual(await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation()), {
        dropped: [],
      })
      assert.equal(await provisioner.databaseSize(target().server, { databaseName: name }, operation()), null)
    })

    it('refuses a foreign database, and leaves it and the sessions on it alone', async () => {
      const name = newName()
      await target().createForeign(name)
      const session = await target().openSession(name)
      const drop = { databaseName: name, owner: newOwner() }
      await failsWith(provisioner.dropDatabase(target().server, drop, operation()), 'not_our_database', target().server)
      assert.equal(await session.isOpen(), true)
      await session.close()
      await target().dropForeign(name)
    })

    it('removes what is unfinished and the own login although somebody else has the name, and says so', async function () {
      if (!provisioner.manifest.capabilities.supportsPerInstanceLogin) return this.skip()
      const owner = newOwner(2)
      const [made, taken] = [newName(), newName()]
      const login = { username: `own_${made}`, password: 'Own-Pass-5d2e', own: true }
      await provisioner.createDatabase(target().server, createRequest(target(), owner, made, { login }), operation())
      await provisioner.dropDatabase(target().server, { databaseName: made, owner }, operation())
      assert.equal(await target().canConnect(login), true)
      await target().createUnmarked(privateName({ ...owner, epoch: 1 }))
      await target().createForeign(taken)
      const drop = { databaseName: taken, owner, ownLogin: login.username }
      await failsWith(provisioner.dropDatabase(target().server, drop, operation()), 'not_our_database', target().server)
      assert.deepEqual(await leftoversOf(target(), owner), [])
      assert.equal(await target().canConnect(login), false)
      assert.ok((await target().listRaw()).includes(taken))
      await target().dropForeign(taken)
    })

    it('refuses a database of another instance, another installation, a later run, or another identity', async () => {
      const owner = newOwner(2)
      const databaseName = newName()
      await provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, databaseName, { empty: true }),
        operation(),
      )
      for (const drop of [
        { databaseName, owner: newOwner(9) },
        { databaseName, owner: { ...owner, installationId: newOwner().instanceId } },
        { databaseName, owner: { ...owner, epoch: 1 } },
        { databaseName, owner, identity: '1' },
      ])
        await failsWith(
          provisioner.dropDatabase(target().server, drop, operation()),
          'not_our_database',
          target().server,
        )
      assert.ok((await target().listRaw()).includes(databaseName))
      await provisioner.dropDatabase(target().server, { databaseName, owner }, operation())
    })

    it('does not take a copy for ours because the marker was copied along', async () => {
      const owner = newOwner()
      const original = newName()
      const copy = newName()
      await provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, original, { empty: true }),
        operation(),
      )
      await target().copyWithMarker(original, copy)
      const listed = await provisioner.listDatabases(target().server, operation())
      assert.equal(listed.find((database) => database.name === copy)?.owner, null)
      await failsWith(
        provisioner.dropDatabase(target().server, { databaseName: copy, owner }, operation()),
        'not_our_database',
        target().server,
      )
      const request = createRequest(target(), owner, copy, { empty: true })
      await failsWith(
        provisioner.createDatabase(target().server, request, operation()),
        'database_name_taken',
        target().server,
      )
      await provisioner.dropDatabase(target().server, { databaseName: original, owner }, operation())
      assert.ok((await target().listRaw()).includes(copy))
      await target().dropForeign(copy)
    })
  })
}
