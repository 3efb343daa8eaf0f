import assert from 'node:assert/strict'
import type { RunScripts } from '../provisioner.js'
import { failsWith, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase, type TestedDatabase } from './database-of.js'
import { everyInterruption } from './every-interruption.js'

/** Running scripts: all or nothing. */
export function describeSeeding(context: ConformanceContext): void {
  const { provisioner, target } = context
  const request = (database: TestedDatabase, wished: Partial<RunScripts> = {}): RunScripts => ({
    databaseName: database.databaseName,
    owner: database.owner,
    login: target().login,
    scripts: [{ name: '010-student.sql', sql: target().sql.addStudent }],
    parameters: { studentUniqueId: `O'Neil "1"; --` },
    verify: { name: 'verify.sql', sql: target().sql.verified },
    ...wished,
  })
  const run = (wanted: RunScripts) => provisioner.runScripts(target().server, wanted, operation())
  const students = async ({ databaseName }: TestedDatabase) =>
    (
      await provisioner.countDatabase(
        target().server,
        { databaseName, login: target().login, statementTimeoutMs: 30_000 },
        operation(),
      )
    ).counts['students']

  describe('runScripts', () => {
    let database: TestedDatabase
    let isThere = false
    before(async () => {
      database = await newDatabase(context)
      isThere = true
    })
    after(async () => {
      if (isThere) await provisioner.dropDatabase(target().server, database, operation())
    })

    it('names a failing script with its line, and undoes what came before it', async () => {
      const scripts = [
        { name: '010-student.sql', sql: target().sql.addStudent },
        { name: '020-broken.sql', sql: target().sql.failOnLine3 },
      ]
      const failure = await failsWith(run(request(database, { scripts })), 'seed_failed', target().server)
      assert.match(failure.message, /020-broken\.sql, line 3\b/)
      assert.equal(failure.retryable, false)
      assert.equal(await students(database), 0)
    })

    it('names a check that is not met, and undoes everything', async () => {
      const verify = { name: 'verify.sql', sql: target().sql.notVerified }
      const failure = await failsWith(run(request(database, { verify })), 'seed_failed', target().server)
      assert.match(failure.message, /verify\.sql/)
      assert.equal(await students(database), 0)
    })

    it('refuses a database that is another’s', async () => {
      const foreign = request({ ...database, owner: newOwner() })
      await failsWith(run(foreign), 'not_our_database', target().server)
      assert.equal(await students(database), 0)
    })

    it('ended by a lost lease it has changed nothing, or all of it', async () => {
      await everyInterruption(
        () => Promise.resolve(request(database, { verify: { name: 'verify.sql', sql: target().sql.notVerified } })),
        (wanted, interrupted) =>
          provisioner.runScripts(target().server, wanted, interrupted).catch((error: unknown) => {
            if ((error as { code?: unknown }).code !== 'seed_failed') throw error
          }),
        async () => assert.equal(await students(database), 0),
      )
    })

    it('runs scripts with parameters that nothing can break out of, and says what was verified', async () => {
      const { verified } = await run(request(database))
      assert.ok(verified.length > 0 && verified.every((check) => check.ok))
      assert.equal(await students(database), 1)
    })
  })
}
