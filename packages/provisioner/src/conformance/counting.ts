import assert from 'node:assert/strict'
import type { CountDatabase } from '../provisioner.js'
import { failsWith, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase } from './database-of.js'

/** Counting what is in an ODS. */
export function describeCounting(context: ConformanceContext): void {
  const { provisioner, target } = context
  const request = (databaseName: string, wished: Partial<CountDatabase> = {}): CountDatabase => ({
    databaseName,
    login: target().login,
    statementTimeoutMs: 30_000,
    ...wished,
  })

  describe('countDatabase', () => {
    it('counts an ODS exactly, knows its versions, and asks the checks', async () => {
      const database = await newDatabase(context)
      const checks = [
        { name: 'well', sql: target().sql.noFinding },
        { name: 'ill', sql: target().sql.finding },
        { name: 'broken', sql: 'select from from nowhere' },
      ]
      const counted = await provisioner.countDatabase(
        target().server,
        request(database.databaseName, { checks }),
        operation(),
      )
      assert.equal(counted.countsMode, 'exact')
      assert.ok((counted.counts['descriptors'] ?? 0) > 0)
      assert.equal(counted.counts['students'], 0)
      assert.match(counted.odsVersion ?? '', /^\d/)
      assert.match(counted.dataStandard ?? '', /^\d/)
      assert.ok(counted.latencyMs >= 0)
      assert.deepEqual(
        counted.checks.map((check) => [check.name, check.ok]),
        [
          ['well', true],
          ['ill', false],
          ['broken', false],
        ],
      )
      assert.ok(counted.checks.every((check) => check.detail !== ''))
      if (counted.newestChangeAt !== null)
        assert.equal(new Date(counted.newestChangeAt).toISOString(), counted.newestChangeAt)
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('knows nothing of a database without tables, instead of counting zero', async () => {
      const database = await newDatabase(context, { empty: true })
      const counted = await provisioner.countDatabase(target().server, request(database.databaseName), operation())
      assert.ok(Object.values(counted.counts).every((count) => count === null))
      assert.ok(Object.keys(counted.counts).length > 10)
      assert.deepEqual([counted.odsVersion, counted.dataStandard, counted.newestChangeAt], [null, null, null])
      await provisioner.dropDatabase(target().server, database, operation())
    })

    it('says that the login is refused, or the database gone', async () => {
      const database = await newDatabase(context, { empty: true })
      const login = { ...target().login, password: 'wrong-7734' }
      const refused = provisioner.countDatabase(target().server, request(database.databaseName, { login }), operation())
      await failsWith(refused, 'registered_login_failed', target().server, [login.password])
      await provisioner.dropDatabase(target().server, database, operation())
      const gone = provisioner.countDatabase(target().server, request(database.databaseName), operation())
      await failsWith(gone, 'database_missing', target().server)
    })
  })
}
