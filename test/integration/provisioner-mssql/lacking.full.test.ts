import { inspect } from 'node:util'
import { isFailure } from '@edfi-tenants/core'
import { retiredName, type CreateDatabase } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'
import { SqlError } from '../../support/sql-server/start-tds-server.js'

/** What servers that speak TDS have been seen to do without, by the statements that need it. */
const lacks: Record<string, RegExp> = {
  'locks for applications': /sp_getapplock/,
  'extended properties': /extended_?propert/i,
  'procedures that write extended properties': /sp_(?:add|update|drop)extendedproperty/,
  'a change of the database': /^use /,
  'a change of the database but to master': /^use \[(?!master)/,
  'BEGIN TRY': /^begin try/,
  transactions: /transaction/,
  'properties of the server': /serverproperty/,
  'rights by name': /has_perms_by_name/,
  'SIDs of logins': /suser_sid/,
  'names of logins': /suser_sname/,
  'logins in the catalogue': /sys\.server_principals/,
  'users in the catalogue': /sys\.database_principals/,
  'files in the catalogue': /sys\.master_files/,
  'tables in the catalogue': /sys\.tables/,
  'databases in the catalogue': /sys\.databases/,
  'sessions in the catalogue': /sys\.dm_exec_sessions/,
  'new names for databases': /modify name/,
  'access modes': /set (?:single|multi|restricted)_user/,
  'offline databases': /set (?:offline|online)/,
  'new databases': /^create database/,
  'an end of databases': /^drop database/,
  users: /(?:create|alter) user/,
  roles: /alter role/,
  denials: /^deny /,
  JSON: /json_value/,
  'big counts': /count_big/,
}

/** Its own number, the one for what is not supported, a syntax error, a missing procedure, and one that nobody knows. */
const numbers = [33_557_097, 102, 2_812, 50_000]

describe('mssql on servers that lack something', function () {
  this.timeout(30_000)
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  let target: Awaited<ReturnType<typeof fakeForConformance>>
  before(async () => {
    target = await fakeForConformance()
    await target.createForeign('Foreign')
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
  })
  after(async () => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
    await target.stop?.()
  })

  /** Everything that can be asked for, in the order of an instance's life; what one leaves, the next one meets. */
  function everything(name: string) {
    const { server, login } = target
    const [databaseName, owner, operation] = [`EdFi_${name}`, newOwner(), quietOperation()]
    const own = { databaseName, owner }
    const shared = { ...login, own: false }
    const wanted: CreateDatabase = { ...own, login: shared, source: { kind: 'empty' } }
    const renamed = { from: databaseName, to: `${databaseName}_2`, owner }
    const retire = { ...own, retiredName: retiredName(owner.instanceId), login: shared }
    return {
      test: () =>
        provisioner.testServer(
          server,
          { templates: { minimal: target.template }, registeredLogin: login, ownLogins: true },
          operation,
        ),
      list: () => provisioner.listDatabases(server, operation),
      create: () => provisioner.createDatabase(server, wanted, operation),
      'create again': () => provisioner.createDatabase(server, wanted, operation),
      'create with an own login': () =>
        provisioner.createDatabase(
          server,
          { ...wanted, databaseName: `${databaseName}_3`, login: { username: name, password: 'Own-1', own: true } },
          operation,
        ),
      'create from a backup': () =>
        provisioner.createDatabase(
          server,
          {
            ...wanted,
            ...{ databaseName: `${databaseName}_4`, owner: newOwner() },
            source: { kind: 'template', name: 'minimal', template: target.template },
          },
          operation,
        ),
      probe: () => provisioner.probeDatabases(server, { databaseNames: [databaseName], sizes: true }, operation),
      size: () => provisioner.databaseSize(server, { databaseName }, operation),
      count: () => provisioner.countDatabase(server, { databaseName, login, statementTimeoutMs: 30_000 }, operation),
      verify: () => provisioner.verifyDatabase(server, { ...own, login, expect: 'ods' }, operation),
      scripts: () =>
        provisioner.runScripts(
          server,
          { ...own, login, scripts: [{ name: '1.sql', sql: target.sql.addStudent }], parameters: {} },
          operation,
        ),
      rename: () => provisioner.renameDatabase(server, renamed, operation),
      'rename back': () =>
        provisioner.renameDatabase(server, { ...renamed, from: renamed.to, to: renamed.from }, operation),
      stop: () => provisioner.stopDatabase(server, own, operation),
      start: () => provisioner.startDatabase(server, own, operation),
      retire: () => provisioner.retireDatabase(server, retire, operation),
      revive: () => provisioner.reviveDatabase(server, retire, operation),
      release: () => provisioner.releaseDatabase(server, own, operation),
      adopt: () => provisioner.adoptDatabase(server, { ...own, login: shared }, operation),
      drop: () => provisioner.dropDatabase(server, own, operation),
    }
  }

  let runs = 0
  for (const [what, pattern] of Object.entries(lacks))
    it(`succeeds or fails with a typed failure without ${what}, whatever number says so`, async () => {
      for (const number of numbers) {
        target.model.refuse = (text) =>
          pattern.test(text) ? new SqlError(number, `Not here: ${target.server.credentials.password}`) : undefined
        for (const [step, run] of Object.entries(everything(`l${++runs}`))) {
          const error: unknown = await run().then(
            () => null,
            (reason: unknown) => reason,
          )
          if (error === null) continue
          expect(isFailure(error) && error.code, `${step}, error ${number}: ${inspect(error)}`).to.not.be.oneOf([
            ...[false, 'internal_error', 'server_unreachable'],
          ])
          // A script's failure quotes the server, which names only objects.
          if (step !== 'scripts') expect((error as Error).message).to.not.include(target.server.credentials.password)
        }
      }
      target.model.refuse = undefined
      expect(unhandled).to.deep.equal([])
      const { state, access, properties, users } = target.model.get('Foreign')
      expect([state, access, properties.size, users.size]).to.deep.equal(['ONLINE', 'MULTI_USER', 0, 1])
    })

  it('has broken nothing: a server that has it all does it all afterwards', async () => {
    for (const [step, run] of Object.entries(everything('afterwards'))) {
      const outcome: unknown = await run().then(
        () => 'done',
        (error: unknown) => (error as { code?: string }).code,
      )
      // What is empty is no ODS, and nothing can be inserted into it.
      const expected = { verify: 'not_an_ods', scripts: 'seed_failed' }[step] ?? 'done'
      expect(outcome, step).to.equal(expected)
    }
  })
})
