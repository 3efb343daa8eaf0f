import assert from 'node:assert/strict'
import { isFailure } from '@edfi-tenants/core'
import {
  createRequest,
  leftoversOf,
  newName,
  newOwner,
  operation,
  type ConformanceContext,
} from './conformance-context.js'

/** Several at once. */
export function describeCompeting({ provisioner, target }: ConformanceContext): void {
  describe('concurrency', () => {
    it('creates several databases from one template side by side', async function () {
      this.timeout(120_000)
      const wanted = Array.from({ length: 4 }, () => ({ owner: newOwner(), databaseName: newName() }))
      await Promise.all(
        wanted.map(({ owner, databaseName }) =>
          provisioner.createDatabase(target().server, createRequest(target(), owner, databaseName), operation()),
        ),
      )
      const raw = await target().listRaw()
      assert.ok(wanted.every(({ databaseName }) => raw.includes(databaseName)))
      for (const one of wanted) await provisioner.dropDatabase(target().server, one, operation())
    })

    it('gives a name that several instances want at once to one of them', async function () {
      this.timeout(120_000)
      const name = newName()
      const owners = Array.from({ length: 4 }, () => newOwner())
      const outcomes = await Promise.all(
        owners.map((owner) =>
          provisioner.createDatabase(target().server, createRequest(target(), owner, name), operation()).then(
            () => 'created',
            (error: unknown) => (isFailure(error) ? error.code : String(error)),
          ),
        ),
      )
      assert.deepEqual([...outcomes].sort(), ['created', ...Array<string>(3).fill('database_name_taken')])
      for (const owner of owners) assert.deepEqual(await leftoversOf(target(), owner), [])
      const winner = owners[outcomes.indexOf('created')] ?? newOwner()
      await provisioner.dropDatabase(target().server, { databaseName: name, owner: winner }, operation())
    })

    it('makes one database when the same instance is created twice at once', async function () {
      this.timeout(120_000)
      const name = newName()
      const owner = newOwner()
      const request = createRequest(target(), owner, name)
      const made = await Promise.all([
        provisioner.createDatabase(target().server, request, operation()),
        provisioner.createDatabase(target().server, request, operation()),
      ])
      assert.deepEqual(made.map((one) => one.created).sort(), ['existing', 'now'])
      assert.equal(made[0].identity, made[1].identity)
      await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
    })
  })
}
