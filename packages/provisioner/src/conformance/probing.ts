import assert from 'node:assert/strict'
import { newName, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase } from './database-of.js'

/** How databases stand, seen from outside. */
export function describeProbing(context: ConformanceContext): void {
  const { provisioner, target } = context
  describe('probeDatabases', () => {
    it('tells online, stopped and missing apart, in the order asked, with sizes where they are asked for', async () => {
      const online = await newDatabase(context, { empty: true })
      const stopped = await newDatabase(context, { empty: true })
      const { supportsStop } = provisioner.manifest.capabilities
      if (supportsStop) await provisioner.stopDatabase(target().server, stopped, operation())
      const session = await target().openSession(online.databaseName)
      const missing = newName()
      const databaseNames = [stopped.databaseName, missing, online.databaseName]
      const probes = await provisioner.probeDatabases(target().server, { databaseNames, sizes: true }, operation())
      assert.deepEqual(
        probes.map((probe) => [probe.databaseName, probe.state]),
        [
          [stopped.databaseName, supportsStop ? 'stopped' : 'online'],
          [missing, 'missing'],
          [online.databaseName, 'online'],
        ],
      )
      const [, none, seen] = probes
      assert.deepEqual([seen?.owner, seen?.identity], [online.owner, online.identity])
      assert.deepEqual([none?.owner, none?.identity, none?.sizeBytes], [null, null, null])
      assert.ok(seen?.connections === null || (seen?.connections ?? 0) >= 1)
      assert.ok(seen?.sizeBytes === null || (seen?.sizeBytes ?? 0) > 0)
      const quick = await provisioner.probeDatabases(target().server, { databaseNames, sizes: false }, operation())
      assert.ok(quick.every((probe) => probe.sizeBytes === null))
      await session.close()
      for (const one of [online, stopped]) await provisioner.dropDatabase(target().server, one, operation())
    })
  })
}
