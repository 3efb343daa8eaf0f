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

/** Creating: what comes out, and what is refused. */
export function describeCreating({ provisioner, target }: ConformanceContext): void {
  describe('createDatabase', () => {
    it('copies a template, marks the copy as the instance’s, and leaves nothing unfinished', async () => {
      const owner = newOwner()
      const name = newName()
      const made = await provisioner.createDatabase(target().server, createRequest(target(), owner, name), operation())
      assert.equal(made.databaseName, name)
      assert.equal(made.created, 'now')
      const listed = await provisioner.listDatabases(target().server, operation())
      const found = listed.find((database) => database.name === name)
      assert.deepEqual(found?.owner, owner)
      assert.equal(found.identity, made.identity)
      assert.deepEqual(await leftoversOf(target(), owner), [])
      const verified = await provisioner.verifyDatabase(
        target().server,
        { databaseName: name, owner, login: target().login, expect: 'ods' },
        operation(),
      )
      assert.ok((verified.descriptors ?? 0) > 0)
      const size = await provisioner.databaseSize(target().server, { databaseName: name }, operation())
      assert.ok(size === null || size > 0)
      await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
    })

    it('returns the finished database when asked twice, and makes it the later run’s', async () => {
      const owner = newOwner()
      const name = newName()
      const request = createRequest(target(), owner, name)
      const first = await provisioner.createDatabase(target().server, request, operation())
      const again = { ...request, owner: { ...owner, epoch: 2 } }
      const second = await provisioner.createDatabase(target().server, again, operation())
      assert.deepEqual([second.created, second.identity], ['existing', first.identity])
      const drop = { databaseName: name, owner }
      await failsWith(provisioner.dropDatabase(target().server, drop, operation()), 'not_our_database', target().server)
      await provisioner.dropDatabase(target().server, { ...drop, owner: again.owner }, operation())
    })

    it('refuses a name that a foreign database has, and does not touch that one', async () => {
      const name = newName()
      const owner = newOwner()
      await target().createForeign(name)
      const request = createRequest(target(), owner, name)
      await failsWith(
        provisioner.createDatabase(target().server, request, operation()),
        'database_name_taken',
        target().server,
      )
      assert.ok((await target().listRaw()).includes(name))
      assert.deepEqual(await leftoversOf(target(), owner), [])
      await target().dropForeign(name)
    })

    it('refuses a name that appears while it copies, and removes its own copy', async () => {
      const name = newName()
      const owner = newOwner()
      let effects = 0
      const fence = async () => {
        if (++effects === 2) await target().createForeign(name)
      }
      const request = createRequest(target(), owner, name)
      await failsWith(
        provisioner.createDatabase(target().server, request, operation({ fence })),
        'database_name_taken',
        target().server,
      )
      assert.ok((await target().listRaw()).includes(name))
      assert.deepEqual(await leftoversOf(target(), owner), [])
      await target().dropForeign(name)
    })

    it('refuses a name that another instance of ours has', async () => {
      const owner = newOwner()
      const name = newName()
      await provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, name, { empty: true }),
        operation(),
      )
      const other = createRequest(target(), newOwner(), name, { empty: true })
      await failsWith(
        provisioner.createDatabase(target().server, other, operation()),
        'database_name_taken',
        target().server,
      )
      await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
    })

    it('says that a template is missing, which no repetition helps', async () => {
      const owner = newOwner()
      const request = createRequest(target(), owner, newName(), { template: target().missingTemplate })
      const failure = await failsWith(
        provisioner.createDatabase(target().server, request, operation()),
        'template_missing',
        target().server,
      )
      assert.equal(failure.retryable, false)
    })

    it('removes what an earlier run left, also when that had no time to mark it', async () => {
      const owner = newOwner(2)
      const name = newName()
      const leftover = privateName({ ...owner, epoch: 1 })
      await target().createUnmarked(leftover)
      await provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, name, { empty: true }),
        operation(),
      )
      assert.deepEqual(await leftoversOf(target(), owner), [])
      await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
    })

    it('leaves alone what a later run has begun', async () => {
      const owner = newOwner(1)
      const name = newName()
      const later = privateName({ ...owner, epoch: 2 })
      await target().createUnmarked(later)
      await provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, name, { empty: true }),
        operation(),
      )
      assert.deepEqual(await leftoversOf(target(), owner), [later])
      await provisioner.dropDatabase(
        target().server,
        { databaseName: name, owner: { ...owner, epoch: 2 } },
        operation(),
      )
      assert.deepEqual(await leftoversOf(target(), owner), [])
    })

    it('says that a template is in use, and that a repetition may help', async function () {
      const hold = target().holdTemplate
      if (!hold) return this.skip()
      this.timeout(60_000)
      const held = await hold()
      try {
        const request = createRequest(target(), newOwner(), newName())
        const failure = await failsWith(
          provisioner.createDatabase(target().server, request, operation()),
          'template_busy',
          target().server,
        )
        assert.equal(failure.retryable, true)
      } finally {
        await held.release()
      }
    })
  })
}
