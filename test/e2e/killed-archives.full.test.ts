import { setTimeout as pause } from 'node:timers/promises'
import {
  jobCatalogue,
  cloneSource,
  requestArchive,
  requestArchiveDeletion,
  requestArchiveVerification,
  requestCreateInstance,
  requestDerivative,
  requestDerivativeDeletion,
  requestDerivativeRefresh,
  restoreSource,
} from '@edfi-tenants/jobs'
import { readArchive, type ArchiveRow, type Database, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import {
  archived,
  countStudents,
  makeInstance,
  storedFiles,
  workingDatabases,
} from '../integration/jobs/archive-stack.js'
import { sharedPostgres } from '../support/postgres.js'
import { origin, startJobStack, type JobStack } from '../support/job-stack.js'
import { registrations } from '../support/registrations.js'
import { startSystemPostgres, type SystemPostgres } from '../support/system-postgres.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

/** How long after a step has begun the worker is killed, in milliseconds: at once, and amid what takes longer. */
const moments = [0, 150]

for (const durability of ['off_server', 'same_server'] as const)
  describe(`a worker killed with -9 at every step of archives, clones and derivatives (${durability})`, function () {
    this.timeout(900_000)
    let system: SystemPostgres | null = null
    let stack: JobStack
    let worker: WorkerProcess
    let source: InstanceRow
    let archive: ArchiveRow
    let made = 0
    const ends: (() => Promise<void>)[] = []

    before(async function () {
      if (durability === 'off_server') {
        system = await startSystemPostgres()
        if (!system) {
          console.warn('      skipped: needs a PostgreSQL server with its pg_dump from the system’s packages')
          this.skip()
        }
        const server = system
        ends.push(() => server.stop())
      }
      stack = await startJobStack({ postgres: system ?? (await sharedPostgres()) })
      ends.push(() => stack.close())
      worker = startWorkerProcess({ ...stack.workerEnvironment, LEASE_SECONDS: '2' })
      ends.push(() => worker.stop())
      source = await makeInstance(stack, 'Killed source', 50)
      archive = await archived(stack, source, { allowDowntime: true })
    })
    after(async () => {
      for (const end of ends.reverse()) await end()
    })

    /** Runs a job to its end; the worker is killed once, some time after the named step has begun. */
    async function killAt(step: string, afterMs: number, write: () => Promise<JobRow>): Promise<JobRow> {
      const job = await write()
      stack.ringer.request()
      const deadline = Date.now() + 30_000
      while (Date.now() < deadline) {
        const [row] = await stack.store.database.query<{ begun: boolean }>(
          `SELECT attempts > 0 AS begun FROM job_steps WHERE job_id = $1 AND name = $2`,
          [job.id, step],
        )
        if (row?.begun) break
        await pause(2)
      }
      await pause(afterMs)
      await worker.kill()
      worker.start()
      const ended = await stack.waitForJob(job.id, 120_000)
      expect(ended.error).to.equal(null)
      return ended
    }

    const inTransaction = (write: (database: Database) => Promise<{ job: JobRow }>) => async () =>
      (await stack.store.database.transaction(write)).job

    const each = (type: string, test: (step: string, afterMs: number) => Promise<void>) => {
      for (const { name, usesServer } of jobCatalogue.get(type)?.steps ?? [])
        for (const afterMs of usesServer ? moments : moments.slice(0, 1))
          it(`${type}: ${name} after ${afterMs} ms`, () => test(name, afterMs))
    }

    /** Everything that archives and throw-away databases of this source have left anywhere. */
    const left = async () => {
      const rows = await stack.store.database.query<{ id: string; status: string; job: string }>(
        `SELECT id, status, job_id AS job FROM archives`,
      )
      const available = rows.filter(({ status }) => status === 'available').map(({ id }) => id)
      const files = storedFiles(stack).map((name) => name.replace('.archive', ''))
      const copies = (await Promise.all(rows.map(({ id }) => workingDatabases(stack, id)))).flat()
      expect([...files, ...copies.map((name) => name.replace('tm_archive_', ''))].sort()).to.deep.equal(
        available.sort(),
      )
      const jobs = await stack.store.database.query<{ id: string }>('SELECT id FROM jobs')
      expect((await Promise.all(jobs.map(({ id }) => workingDatabases(stack, id)))).flat()).to.deep.equal([])
    }

    each('instance.archive', async (step, afterMs) => {
      const job = await killAt(
        step,
        afterMs,
        inTransaction((database) => requestArchive(database, source.id, origin, { allowDowntime: true })),
      )
      const [row] = await stack.store.database.query<{ id: string }>('SELECT id FROM archives WHERE job_id = $1', [
        job.id,
      ])
      expect(await readArchive(stack.store.database, row?.id ?? '', '*')).to.include({
        status: 'available',
        durability,
      })
      await left()
    })

    each('archive.verify', async (step, afterMs) => {
      await killAt(step, afterMs, () =>
        stack.store.database.transaction((database) => requestArchiveVerification(database, archive.id, origin)),
      )
      await left()
    })

    const expectInstance = async (job: JobRow) => {
      const instance = await stack.instance(job.instanceId ?? '')
      expect(instance).to.include({ status: 'active' })
      expect(await countStudents(stack, instance.databaseName)).to.equal(
        await countStudents(stack, source.databaseName),
      )
      expect(await workingDatabases(stack, instance.id)).to.deep.equal([])
      expect((await registrations(stack)).filter((name) => name === instance.name)).to.have.length(1)
      await left()
    }

    each('archive.restore', async (step, afterMs) => {
      const job = await killAt(step, afterMs, async () => {
        const body = { tenant: 'district-one', name: `Restored ${++made}` }
        const from = restoreSource(archive)
        return (await requestCreateInstance(stack.store, { ...origin, body, from, reservedDatabaseNames: [] })).job
      })
      await expectInstance(job)
    })

    each('instance.clone', async (step, afterMs) => {
      const job = await killAt(step, afterMs, async () => {
        const body = { tenant: 'district-one', name: `Cloned ${++made}` }
        const from = await cloneSource(stack.store.database, source, { allowDowntime: true })
        return (await requestCreateInstance(stack.store, { ...origin, body, from, reservedDatabaseNames: [] })).job
      })
      await expectInstance(job)
    })

    const remove = inTransaction((database) => requestDerivativeDeletion(database, source.id, origin, 'Snapshot'))
    const create = inTransaction((database) =>
      requestDerivative(database, source.id, origin, { derivativeType: 'Snapshot', allowDowntime: true }),
    )
    const refresh = inTransaction((database) =>
      requestDerivativeRefresh(database, source.id, origin, 'Snapshot', { allowDowntime: true }),
    )
    const run = async (write: () => Promise<JobRow>) => {
      const job = await write()
      stack.ringer.request()
      expect((await stack.waitForJob(job.id)).error).to.equal(null)
    }
    const expectSnapshot = async () => {
      const { derivatives } = await stack.instance(source.id)
      expect(await workingDatabases(stack, source.id)).to.deep.equal(derivatives.map((row) => row.databaseName))
    }

    each('instance.derivative-create', async (step, afterMs) => {
      await killAt(step, afterMs, create)
      await expectSnapshot()
      await run(remove)
    })

    describe('with a snapshot', () => {
      before(() => run(create))

      each('instance.derivative-refresh', async (step, afterMs) => {
        await killAt(step, afterMs, refresh)
        await expectSnapshot()
      })
    })

    each('instance.derivative-delete', async (step, afterMs) => {
      if ((await stack.instance(source.id)).derivatives.length === 0) await run(create)
      await killAt(step, afterMs, remove)
      expect(await workingDatabases(stack, source.id)).to.deep.equal([])
      await expectSnapshot()
    })

    each('archive.delete', async (step, afterMs) => {
      const surplus = await archived(stack, source, { allowDowntime: true })
      await killAt(step, afterMs, () =>
        stack.store.database.transaction((database) => requestArchiveDeletion(database, surplus.id, origin)),
      )
      expect(await readArchive(stack.store.database, surplus.id, '*')).to.include({ status: 'deleted' })
      await left()
    })
  })
