import assert from 'node:assert/strict'
import { createRequest, failsWith, newOwner, operation, type ConformanceContext } from './conformance-context.js'

/** Whatever a name holds is part of the name. */
const hostile = [
  `a"b'c`,
  `x"; drop database postgres; --`,
  `] drop database master --`,
  'schön_漢字_🙂',
  '../../etc/passwd',
  'C:\\data\\x',
  ' spaces around ',
  '%s $1 {0} :name',
  'L'.repeat(63),
]

const unusable = ['', 'a\u0000b', 'a\nb', 'x'.repeat(300)]

/** Names that try to be more than names. */
export function describeNaming({ provisioner, target }: ConformanceContext): void {
  describe('names', () => {
    it('takes quotes, semicolons, paths and any script as part of a name', async function () {
      this.timeout(120_000)
      for (const databaseName of hostile) {
        const owner = newOwner()
        const before = await target().listRaw()
        const request = createRequest(target(), owner, databaseName, { empty: true })
        await provisioner.createDatabase(target().server, request, operation())
        assert.deepEqual((await target().listRaw()).sort(), [...before, databaseName].sort())
        await provisioner.verifyDatabase(
          target().server,
          { databaseName, owner, login: target().login, expect: 'connection' },
          operation(),
        )
        await provisioner.dropDatabase(target().server, { databaseName, owner }, operation())
        assert.deepEqual((await target().listRaw()).sort(), before.sort())
      }
    })

    it('refuses names that no engine can hold, before anything happens', async () => {
      for (const databaseName of unusable) {
        const owner = newOwner()
        // In a function: also one that throws instead of rejecting is a refusal.
        const create = async () =>
          provisioner.createDatabase(target().server, createRequest(target(), owner, databaseName), operation())
        const drop = async () => provisioner.dropDatabase(target().server, { databaseName, owner }, operation())
        await failsWith(create(), 'validation_failed', target().server)
        await failsWith(drop(), 'validation_failed', target().server)
      }
    })
  })
}
