import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { isFailure } from '@edfi-tenants/core'
import { retiredName, type Operation } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { SqlError } from '../../support/sql-server/start-tds-server.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'

type Target = Awaited<ReturnType<typeof fakeForConformance>>

/** Every operation of the contract on a database that was made before. */
const operations = (target: Target) => {
  const { server, login: shared } = target
  const login = { ...shared, own: false }
  const owner = newOwner()
  const databaseName = `Broken_${owner.instanceId.slice(0, 8)}`
  const own = { databaseName, owner }
  const retire = { ...own, retiredName: retiredName(owner.instanceId), login }
  const source = { kind: 'template' as const, name: 'minimal', template: target.template }
  const template = { ...own, databaseName: `${databaseName}_2`, owner: newOwner(), login, source }
  const script = { name: '010.sql', sql: target.sql.addStudent }
  const make = () => provisioner.createDatabase(server, { ...own, login, source }, quietOperation())
  const clear = async () => {
    for (const name of [databaseName, retire.retiredName, `${databaseName}_r`]) {
      const later = { databaseName: name, owner: { ...owner, epoch: 2 } }
      await provisioner.dropDatabase(server, later, quietOperation()).catch(() => undefined)
    }
  }
  const runs: Record<string, (operation: Operation) => Promise<unknown>> = {
    testServer: (operation) =>
      provisioner.testServer(
        server,
        { templates: { minimal: target.template }, registeredLogin: login, ownLogins: true },
        operation,
      ),
    listDatabases: (operation) => provisioner.listDatabases(server, operation),
    createDatabase: (operation) => provisioner.createDatabase(server, template, operation),
    verifyDatabase: (operation) => provisioner.verifyDatabase(server, { ...own, login, expect: 'ods' }, operation),
    countDatabase: (operation) =>
      provisioner.countDatabase(
        server,
        { databaseName, login, statementTimeoutMs: 30_000, checks: [{ name: 'a', sql: target.sql.finding }] },
        operation,
      ),
    probeDatabases: (operation) =>
      provisioner.probeDatabases(server, { databaseNames: [databaseName], sizes: true }, operation),
    databaseSize: (operation) => provisioner.databaseSize(server, { databaseName }, operation),
    runScripts: (operation) =>
      provisioner.runScripts(
        server,
        { ...own, login, scripts: [script], parameters: { studentUniqueId: '1' } },
        operation,
      ),
    stopDatabase: (operation) => provisioner.stopDatabase(server, own, operation),
    startDatabase: (operation) => provisioner.startDatabase(server, own, operation),
    renameDatabase: (operation) =>
      provisioner.renameDatabase(server, { from: databaseName, to: `${databaseName}_r`, owner }, operation),
    retireDatabase: (operation) => provisioner.retireDatabase(server, retire, operation),
    reviveDatabase: (operation) => provisioner.reviveDatabase(server, retire, operation),
    adoptDatabase: (operation) => provisioner.adoptDatabase(server, { ...own, login }, operation),
    releaseDatabase: (operation) => provisioner.releaseDatabase(server, own, operation),
    dropDatabase: (operation) => provisioner.dropDatabase(server, own, operation),
  }
  return { runs, make, clear }
}

describe('mssql when things break', function () {
  this.timeout(120_000)
  let target: Target
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  before(async () => {
    target = await fakeForConformance()
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
  })
  afterEach(() => {
    target.model.before = undefined
  })
  after(async () => {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
    await target.stop?.()
  })

  const names = [
    ...['testServer', 'listDatabases', 'createDatabase', 'verifyDatabase', 'countDatabase', 'probeDatabases'],
    ...['databaseSize', 'runScripts', 'stopDatabase', 'startDatabase', 'renameDatabase', 'retireDatabase'],
    ...['reviveDatabase', 'adoptDatabase', 'releaseDatabase', 'dropDatabase'],
  ]
  for (const name of names) {
    it(`${name}: an answer whose connection ends right behind it ends nothing else`, async () => {
      for (let statement = 1; ; statement++) {
        const { runs, make, clear } = operations(target)
        await make()
        let sent = 0
        target.model.before = () => {
          if (++sent === statement) setImmediate(() => target.cut())
        }
        const error: unknown = await runs[name]?.(quietOperation()).then(
          () => null,
          (reason: unknown) => reason,
        )
        target.model.before = undefined
        await sleep(5)
        if (error !== null) expect(error, inspect(error)).to.include({ code: 'server_unreachable', retryable: true })
        await clear()
        if (sent < statement) break
      }
      expect(unhandled).to.deep.equal([])
    })

    it(`${name}: a connection that breaks at any statement is worth a repetition, and ends nothing else`, async () => {
      for (let statement = 1; ; statement++) {
        const { runs, make, clear } = operations(target)
        await make()
        let sent = 0
        const cut = { done: false }
        target.model.before = () => {
          if (++sent !== statement) return
          cut.done = true
          target.cut()
        }
        const error: unknown = await runs[name]?.(quietOperation()).then(
          () => null,
          (reason: unknown) => reason,
        )
        target.model.before = undefined
        await sleep(5)
        if (error !== null) {
          expect(isFailure(error), inspect(error)).to.equal(true)
          expect(error, `statement ${statement}`).to.include({ code: 'server_unreachable', retryable: true })
        }
        await clear()
        if (!cut.done) {
          expect(statement).to.be.greaterThan(1)
          break
        }
      }
      expect(unhandled).to.deep.equal([])
    })

    it(`${name}: a server that refuses any statement, in words nobody knows, gets a typed failure and no lock stays`, async () => {
      for (let statement = 1; ; statement++) {
        const { runs, make, clear } = operations(target)
        const { databaseName } = await make()
        let sent = 0
        target.model.before = () => {
          if (++sent === statement) throw new SqlError(33557097, 'generic')
        }
        const error: unknown = await runs[name]?.(quietOperation()).then(
          () => null,
          (reason: unknown) => reason,
        )
        target.model.before = undefined
        if (error !== null) expect(isFailure(error), inspect(error)).to.equal(true)
        const access = target.model.databases
          .filter((each) => each.name.startsWith(databaseName))
          .map((each) => each.access)
        expect(access, `statement ${statement}`).not.to.include('SINGLE_USER')
        await clear()
        if (sent < statement) break
      }
      expect(unhandled).to.deep.equal([])
    })
  }
})
