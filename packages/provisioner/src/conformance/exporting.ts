import assert from 'node:assert/strict'
import { Failure, isFailure } from '@edfi-tenants/core'
import type { CreateDatabase } from '../provisioner.js'
import { failsWith, leftoversOf, newName, newOwner, operation, type ConformanceContext } from './conformance-context.js'
import { newDatabase } from './database-of.js'

/** Exporting a database in use, and making another one of what came out. Skipped where a worker lacks the programs. */
export function describeExporting(context: ConformanceContext): void {
  const { provisioner, target } = context
  const exported = async (databaseName: string): Promise<{ format: string; chunks: Uint8Array[] }> => {
    const chunks: Uint8Array[] = []
    const { format, bytes } = await provisioner.exportDatabase(
      target().server,
      { databaseName },
      (chunk) => Promise.resolve(void chunks.push(Uint8Array.from(chunk))),
      operation(),
    )
    assert.equal(
      bytes,
      chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    )
    return { format, chunks }
  }
  const restore = (format: string, chunks: AsyncIterable<Uint8Array>): CreateDatabase => ({
    databaseName: newName(),
    owner: newOwner(),
    source: { kind: 'export', format, chunks },
    login: { ...target().login, own: false },
  })
  async function* give(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }

  describe('exportDatabase', () => {
    before(async function () {
      if ((await provisioner.exportFormats(target().server, operation())).length === 0) this.skip()
    })

    it('exports a database in use, of which another one like it can be made', async () => {
      const from = await newDatabase(context)
      const session = await target().openSession(from.databaseName)
      const { format, chunks } = await exported(from.databaseName)
      assert.ok((await provisioner.exportFormats(target().server, operation())).includes(format))
      assert.equal(await session.isOpen(), true)
      await session.close()
      const request = restore(format, give(chunks))
      await provisioner.createDatabase(target().server, request, operation())
      const count = (databaseName: string) =>
        provisioner.countDatabase(
          target().server,
          { databaseName, login: target().login, statementTimeoutMs: 30_000 },
          operation(),
        )
      const [one, other] = [await count(from.databaseName), await count(request.databaseName)]
      assert.deepEqual(other.counts, one.counts)
      assert.equal(other.odsVersion, one.odsVersion)
      const listed = await provisioner.listDatabases(target().server, operation())
      assert.deepEqual(listed.find((each) => each.name === request.databaseName)?.owner, request.owner)
      await provisioner.dropDatabase(target().server, request, operation())
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('passes on why nothing more can be written, or read, and leaves nothing unfinished', async () => {
      const from = await newDatabase(context)
      const full = () => Promise.reject(new Failure('storage_unavailable', 'The disk is full.'))
      const write = provisioner.exportDatabase(target().server, from, full, operation())
      await failsWith(write, 'storage_unavailable', target().server)
      const { format, chunks } = await exported(from.databaseName)
      async function* broken() {
        yield* give(chunks.slice(0, 1))
        throw new Failure('archive_corrupt', 'The checksum differs.')
      }
      const request = restore(format, broken())
      const create = provisioner.createDatabase(target().server, request, operation())
      await failsWith(create, 'archive_corrupt', target().server)
      assert.deepEqual(await leftoversOf(target(), request.owner), [])
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('refuses what is no whole export, and leaves nothing unfinished', async () => {
      const from = await newDatabase(context)
      const { format, chunks } = await exported(from.databaseName)
      const whole = Buffer.concat(chunks)
      for (const damaged of [Buffer.from('no export at all'), whole.subarray(0, Math.floor(whole.length * 0.6))]) {
        const request = restore(format, give([damaged]))
        const create = provisioner.createDatabase(target().server, request, operation())
        await failsWith(create, 'archive_corrupt', target().server)
        assert.deepEqual(await leftoversOf(target(), request.owner), [])
      }
      const unknown = restore('no-such-format', give([]))
      const create = provisioner.createDatabase(target().server, unknown, operation())
      await failsWith(create, 'not_supported', target().server)
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('ends soon after an abort, whichever side is slow, and leaves nothing unfinished', async () => {
      const from = await newDatabase(context)
      const { format, chunks } = await exported(from.databaseName)
      async function* stuckAfter(given: number): AsyncGenerator<Uint8Array> {
        yield* give(chunks.slice(0, given))
        await new Promise<void>(() => undefined)
      }
      const requests = [restore(format, stuckAfter(0)), restore(format, stuckAfter(1))]
      for (const run of [
        ...requests.map(
          (request) => (signal: AbortSignal) =>
            provisioner.createDatabase(target().server, request, operation({ signal })),
        ),
        (signal: AbortSignal) =>
          provisioner.exportDatabase(
            target().server,
            from,
            () => new Promise((resolve) => setTimeout(resolve, 200)),
            operation({ signal }),
          ),
      ]) {
        const abort = new AbortController()
        const running = run(abort.signal).then(
          () => 'finished',
          (error: unknown) => (isFailure(error) ? error.code : String(error)),
        )
        setTimeout(() => abort.abort(), 400)
        const start = Date.now()
        assert.ok(['job_cancelled', 'finished'].includes(await running))
        assert.ok(Date.now() - start < 5_000, 'ends soon after the abort')
      }
      for (const { owner } of requests) assert.deepEqual(await leftoversOf(target(), owner), [])
      await provisioner.dropDatabase(target().server, from, operation())
    })

    it('refuses a database that is another one than on record, or not there', async () => {
      const from = await newDatabase(context, { empty: true })
      const write = () => Promise.resolve()
      const other = { databaseName: from.databaseName, identity: '1' }
      const one = provisioner.exportDatabase(target().server, other, write, operation())
      await failsWith(one, 'not_our_database', target().server)
      await provisioner.dropDatabase(target().server, from, operation())
      const gone = provisioner.exportDatabase(target().server, from, write, operation())
      await failsWith(gone, 'database_missing', target().server)
    })
  })
}
