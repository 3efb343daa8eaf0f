import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createServer, readArchive, type ArchiveRow, type InstanceRow } from '@edfi-tenants/store'
import {
  jobCatalogue,
  requestArchiveDeletion,
  requestArchiveVerification,
  requestInstanceJob,
} from '@edfi-tenants/jobs'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { startSystemPostgres, type SystemPostgres } from '../../support/system-postgres.js'
import {
  archived,
  ask,
  clone,
  countStudents,
  makeInstance,
  openSession,
  restore,
  storedFiles,
  workingDatabases,
} from './archive-stack.js'
import { lifeOf } from './life-stack.js'

const archiving = jobCatalogue.get('instance.archive')!

describe('archives and clones where the engine’s own programs are there', function () {
  this.timeout(120_000)
  let server: SystemPostgres | null = null
  let stack: JobStack
  let source: InstanceRow
  let taken: ArchiveRow

  before(async function () {
    server = await startSystemPostgres()
    if (!server) {
      console.warn('      skipped: needs a PostgreSQL server with its pg_dump from the system’s packages')
      this.skip()
    }
    stack = await startJobStack({ postgres: server })
    stack.startWorker()
    source = await makeInstance(stack, 'Source')
  })
  after(async () => {
    if (!server) return
    await stack.close()
    await server.stop()
  })

  async function verify(archive: ArchiveRow) {
    const job = await stack.store.database.transaction((database) =>
      requestArchiveVerification(database, archive.id, origin),
    )
    stack.ringer.request()
    return { job: await stack.waitForJob(job.id), row: await readArchive(stack.store.database, archive.id, '*') }
  }

  it('stream an encrypted archive off the server while the instance is in use', async () => {
    const session = await openSession(stack, source.databaseName)
    taken = await archived(stack, source)
    expect(session.wasEnded()).to.equal(false)
    await session.close()
    expect(taken).to.include({ status: 'available', durability: 'off_server', format: 'pg_dump', reason: 'requested' })
    expect(taken.verification).to.deep.equal({ readBack: true, restored: false })
    expect(taken.verifiedAt).to.equal(null)
    const counts = taken.counts as { mode: string; counts: Record<string, number> }
    expect(counts).to.have.property('mode', 'exact')
    expect(counts.counts['students']).to.equal(await countStudents(stack, source.databaseName))
    const file = readFileSync(path.join(stack.workerEnvironment['ARCHIVE_DIR'] ?? '', `${taken.id}.archive`))
    expect(file.length).to.equal(taken.sizeBytes)
    expect(file.includes('PGDMP')).to.equal(false)
    expect(file.includes('Lovelace')).to.equal(false)
    expect(taken.source).to.include({ name: 'Source', template: 'minimal' })
    expect(JSON.stringify(taken.source)).to.not.match(/password/i)
    expect((await stack.instance(source.id)).archivedAt).to.be.a('string')
  })

  it('prove an archive by restoring it into a database that is gone afterwards', async () => {
    const { job, row } = await verify(taken)
    expect(job).to.include({ status: 'succeeded' })
    expect(row?.verifiedAt).to.be.a('string')
    expect(row?.verification).to.deep.include({ restored: true, differences: [] })
    expect(await workingDatabases(stack, job.id)).to.deep.equal([])
  })

  it('restore an archive at once where its instance is to be purged at once', async () => {
    const { job } = await stack.store.database.transaction((database) =>
      requestInstanceJob(database, archiving, source.id, origin, { parameters: { purge: 'now' } }),
    )
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.equal(null)
    const { archiveId } = ended.result as { archiveId: string }
    const row = await readArchive(stack.store.database, archiveId, '*')
    expect(row).to.include({ status: 'available', reason: 'delete' })
    expect(row?.verifiedAt).to.be.a('string')
    expect(await workingDatabases(stack, job.id)).to.deep.equal([])
  })

  it('restore an archive as an instance of its own, with a login and registration of its own', async () => {
    const { job, instance } = await restore(stack, taken, { name: 'Restored' })
    expect(job.error).to.equal(null)
    expect(instance).to.include({ status: 'active', origin: 'restored', sourceInstanceId: source.id })
    expect(instance.contexts).to.deep.equal({})
    expect(instance.loginName).to.be.a('string').and.not.equal(source.loginName)
    expect(instance.odsInstanceId).to.be.a('number').and.not.equal(source.odsInstanceId)
    expect(await countStudents(stack, instance.databaseName)).to.equal(await countStudents(stack, source.databaseName))
    const [access] = await ask<{ ours: boolean; theirs: boolean }>(
      stack,
      instance.databaseName,
      `select has_database_privilege('${instance.loginName}', current_database(), 'connect') as ours,
         has_database_privilege('${source.loginName}', current_database(), 'connect') as theirs`,
    )
    expect(access).to.deep.equal({ ours: true, theirs: false })
  })

  it('clone an instance in use without ending its sessions, and give the copy no contexts unless asked', async () => {
    const session = await openSession(stack, source.databaseName)
    const { job, instance } = await clone(stack, source.id, { name: 'Cloned live' })
    expect(job.error).to.equal(null)
    expect(session.wasEnded()).to.equal(false)
    await session.close()
    expect(instance).to.include({ status: 'active', origin: 'cloned', sourceInstanceId: source.id })
    expect([instance.contexts, instance.labels]).to.deep.equal([{}, {}])
    expect(job.steps.find(({ name }) => name === 'copy-database')?.detail).to.match(/pg_dump/)
    expect(await countStudents(stack, instance.databaseName)).to.equal(await countStudents(stack, source.databaseName))
  })

  it('clone onto another server of the engine', async () => {
    const { hostname, port, username, password } = new URL(stack.serverUrl)
    await createServer(stack.store, {
      name: 'second',
      engine: 'postgresql',
      databaseEngine: 'PostgreSql',
      settings: { host: hostname, port: Number(port) },
      registeredLogin: 'perInstance',
      templates: {},
      tenants: [],
      maxConcurrency: 2,
      maxInstances: null,
      pool: null,
      workerPool: 'default',
      credentials: {
        username: decodeURIComponent(username),
        password: decodeURIComponent(password),
        passwordFrom: null,
      },
      registeredCredentials: null,
    })
    const { job, instance } = await clone(stack, source.id, { name: 'Cloned across', server: 'second' })
    expect(job.error).to.equal(null)
    expect(instance).to.include({ status: 'active', server: 'second' })
    const refused = await clone(
      stack,
      source.id,
      { name: 'Never across', server: 'second' },
      { method: 'template', allowDowntime: true },
    ).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'not_supported' })
  })

  it('archive a stopped instance without starting it', async () => {
    const stopped = await makeInstance(stack, 'Stopped')
    await ask(stack, 'postgres', `alter database "${stopped.databaseName}" allow_connections false`)
    await stack.store.database.query(`UPDATE instances SET status = 'stopped' WHERE id = $1`, [stopped.id])
    const archive = await archived(stack, stopped)
    expect(archive).to.include({ status: 'available', durability: 'off_server' })
    const [row] = await ask<{ datallowconn: boolean }>(
      stack,
      'postgres',
      `select datallowconn from pg_database where datname = '${stopped.databaseName}'`,
    )
    expect(row?.datallowconn).to.equal(false)
    expect(await workingDatabases(stack, archive.jobId ?? '')).to.deep.equal([])
    expect((await verify(archive)).job.error).to.equal(null)
  })

  it('archive an instance that is deleted, and bring it back from there after its purge', async () => {
    const life = lifeOf(stack)
    const doomed = await makeInstance(stack, 'Doomed', 7)
    const students = await countStudents(stack, doomed.databaseName)
    await life.done(life.delete(doomed, { archive: true, purge: 'now' }))
    await life.done(life.delete(doomed, { purge: 'now' }))
    const [row] = await stack.store.database.query<{ id: string }>('SELECT id FROM archives WHERE instance_id = $1', [
      doomed.id,
    ])
    const kept = await readArchive(stack.store.database, row?.id ?? '', '*')
    if (!kept) throw new Error('There is no archive.')
    expect(kept).to.include({ status: 'available', durability: 'off_server', instanceStatus: 'purged' })
    expect(kept.verifiedAt).to.be.a('string')
    const { job, instance } = await restore(stack, kept, { name: 'Doomed', server: 'local' })
    expect(job.error).to.equal(null)
    expect(await countStudents(stack, instance.databaseName)).to.equal(students)
  })

  it('leave nothing of an archive whose job turns back after all, not even the time of it', async () => {
    const kept = await makeInstance(stack, 'Kept after all')
    const life = lifeOf(stack)
    stack.simulator.setFaults([{ method: 'PUT', pathPattern: '/v2/odsInstances', kind: 'status', status: 400 }])
    const failed = await life.failed(life.delete(kept, { archive: true }))
    stack.simulator.setFaults([])
    expect(failed.steps.find(({ name }) => name === 'archive')).to.include({ status: 'undone' })
    expect(await stack.instance(kept.id)).to.include({ status: 'active', archivedAt: null })
    const [row] = await stack.store.database.query<{ id: string; status: string }>(
      'SELECT id, status FROM archives WHERE instance_id = $1',
      [kept.id],
    )
    expect(row).to.include({ status: 'deleted' })
    expect(storedFiles(stack)).to.not.include(`${row?.id}.archive`)
  })

  it('say on record when an archive is damaged, and give out nothing of it', async () => {
    const archive = await archived(stack, source)
    const file = path.join(stack.workerEnvironment['ARCHIVE_DIR'] ?? '', `${archive.id}.archive`)
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
    writeFileSync(file, bytes)
    const { job, row } = await verify(archive)
    expect(job.error).to.include({ code: 'archive_corrupt' })
    expect(row).to.include({ verifiedAt: null })
    expect(row?.verification).to.include({ readBack: false })
    expect(await workingDatabases(stack, job.id)).to.deep.equal([])
    const { job: restoring, instance } = await restore(stack, archive, { name: 'Never restored' })
    expect(restoring.error).to.include({ code: 'archive_corrupt' })
    expect(instance).to.include({ status: 'failed', nameHeld: false, databaseIdentity: null })
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([])
  })

  it('say on record when an archive holds something else than was counted', async () => {
    const archive = await archived(stack, source)
    await stack.store.database.query(
      `UPDATE archives SET counts = jsonb_set(jsonb_set(counts, '{counts,students}', '7777'), '{after,students}', '7777') WHERE id = $1`,
      [archive.id],
    )
    const { job, row } = await verify(archive)
    expect(job.error).to.include({ code: 'archive_differs' })
    expect(job.error?.detail).to.match(/students: 7777 before/)
    expect(row?.verifiedAt).to.equal(null)
  })

  it('delete an archive with its key, but none under legal hold', async () => {
    const archive = await archived(stack, source, { legalHold: true })
    const ask = () =>
      stack.store.database.transaction((database) => requestArchiveDeletion(database, archive.id, origin))
    expect(await ask().catch((error: unknown) => error)).to.include({ code: 'legal_hold' })
    await stack.store.database.query('UPDATE archives SET legal_hold = false WHERE id = $1', [archive.id])
    const job = await ask()
    const again = await ask()
    expect(again.id).to.equal(job.id)
    stack.ringer.request()
    expect(await stack.waitForJob(job.id)).to.include({ status: 'succeeded' })
    expect(storedFiles(stack)).to.not.include(`${archive.id}.archive`)
    const [row] = await stack.store.database.query('SELECT status, data_key FROM archives WHERE id = $1', [archive.id])
    expect(row).to.deep.equal({ status: 'deleted', data_key: null })
  })

  it('do not delete an archive that came under legal hold after the request', async () => {
    const archive = await archived(stack, source)
    await stack.store.database.transaction(async (database) => {
      const job = await requestArchiveDeletion(database, archive.id, origin)
      await database.query('UPDATE archives SET legal_hold = true WHERE id = $1', [archive.id])
      return job
    })
    stack.ringer.request()
    const [job] = await stack.store.database.query<{ id: string }>(
      `SELECT id FROM jobs WHERE type = 'archive.delete' ORDER BY number DESC LIMIT 1`,
    )
    expect((await stack.waitForJob(job?.id ?? '')).error).to.include({ code: 'legal_hold' })
    expect(storedFiles(stack)).to.include(`${archive.id}.archive`)
    expect(await readArchive(stack.store.database, archive.id, '*')).to.include({ status: 'available' })
  })
})
