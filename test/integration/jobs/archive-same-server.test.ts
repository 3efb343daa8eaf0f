import {
  requestArchiveDeletion,
  requestArchiveVerification,
  requestInstanceJob,
  jobCatalogue,
} from '@edfi-tenants/jobs'
import { createServer, readArchive, type ArchiveRow, type InstanceRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { registrations } from '../../support/registrations.js'
import {
  archive,
  archived,
  clone,
  countStudents,
  makeInstance,
  openSession,
  restore,
  urlOf,
  workingDatabases,
} from './archive-stack.js'
import { lifeOf } from './life-stack.js'

const archiving = jobCatalogue.get('instance.archive')!

describe('archives and clones where the engine’s own programs are missing', function () {
  this.timeout(120_000)
  let stack: JobStack
  let source: InstanceRow
  let taken: ArchiveRow

  before(async () => {
    stack = await startJobStack()
    stack.startWorker()
    source = await makeInstance(stack, 'Same server source')
  })
  after(() => stack.close())

  it('end no session unasked: the archive fails and nothing is left of it', async () => {
    const session = await openSession(stack, source.databaseName)
    const { job, archive: row } = await archive(stack, source)
    expect(session.wasEnded()).to.equal(false)
    await session.close()
    expect(job.error).to.include({ code: 'source_in_use' })
    expect(row).to.include({ status: 'failed' })
    expect(await workingDatabases(stack, row?.id ?? '')).to.deep.equal([])
    expect((await stack.instance(source.id)).archivedAt).to.equal(null)
  })

  it('keep a copy on the server that nobody can connect to, and let its source be used again', async () => {
    const session = await openSession(stack, source.databaseName)
    taken = await archived(stack, source, { allowDowntime: true })
    expect(session.wasEnded()).to.equal(true)
    expect(taken).to.include({ status: 'available', durability: 'same_server', format: 'copy', checksum: null })
    const name = `tm_archive_${taken.id}`
    expect(await workingDatabases(stack, taken.id)).to.deep.equal([name])
    const closed = new pg.Client({ connectionString: urlOf(stack, name) })
    expect(await closed.connect().catch((error: unknown) => error)).to.include({ code: '55000' })
    expect(await countStudents(stack, source.databaseName)).to.be.at.least(3)
  })

  it('refuse at once what is to be purged now, as the archive would be lost with its server', async () => {
    const { job } = await stack.store.database.transaction((database) =>
      requestInstanceJob(database, archiving, source.id, origin, { parameters: { purge: 'now' } }),
    )
    stack.ringer.request()
    expect((await stack.waitForJob(job.id)).error).to.include({ code: 'archive_not_off_server' })
    const accepted = await stack.store.database.transaction((database) =>
      requestInstanceJob(database, archiving, source.id, origin, {
        parameters: { purge: 'now', acceptSameServer: true, allowDowntime: true },
      }),
    )
    stack.ringer.request()
    expect((await stack.waitForJob(accepted.job.id)).error).to.equal(null)
  })

  it('prove and restore such a copy, on its own server only', async () => {
    const job = await stack.store.database.transaction((database) =>
      requestArchiveVerification(database, taken.id, origin),
    )
    stack.ringer.request()
    expect((await stack.waitForJob(job.id)).error).to.equal(null)
    expect((await readArchive(stack.store.database, taken.id, '*'))?.verifiedAt).to.be.a('string')
    expect(await workingDatabases(stack, job.id)).to.deep.equal([])

    const restored = await restore(stack, taken, { name: 'Restored from copy' })
    expect(restored.job.error).to.equal(null)
    expect(restored.instance).to.include({ status: 'active', origin: 'restored' })
    expect(await countStudents(stack, restored.instance.databaseName)).to.equal(
      await countStudents(stack, source.databaseName),
    )

    const { hostname, port, username, password } = new URL(stack.serverUrl)
    await createServer(stack.store, {
      name: 'elsewhere',
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
    const refused = await restore(stack, taken, { name: 'Restored elsewhere', server: 'elsewhere' }).catch(
      (error: unknown) => error,
    )
    expect(refused).to.include({ code: 'not_supported' })
  })

  it('drop the copy with its archive', async () => {
    const job = await stack.store.database.transaction((database) => requestArchiveDeletion(database, taken.id, origin))
    stack.ringer.request()
    expect((await stack.waitForJob(job.id)).error).to.equal(null)
    expect(await workingDatabases(stack, taken.id)).to.deep.equal([])
  })

  it('outlive their instance on its server, also after a purge that comes at once', async () => {
    const life = lifeOf(stack)
    const doomed = await makeInstance(stack, 'Doomed on its server', 7)
    const refused = await life.failed(life.delete(doomed, { archive: true, purge: 'now' }))
    expect(refused.error).to.include({ code: 'archive_not_off_server' })
    expect(await stack.instance(doomed.id)).to.include({ status: 'active', retiredName: null })
    const students = await countStudents(stack, doomed.databaseName)

    const { result } = await life.done(life.delete(doomed, { archive: true, purge: 'now', acceptSameServer: true }))
    await life.done(life.delete(doomed, { purge: 'now' }))
    expect(await stack.instance(doomed.id)).to.include({ status: 'purged' })
    const [row] = await stack.store.database.query<{ id: string }>(
      'SELECT id FROM archives WHERE instance_id = $1 AND status = $2',
      [doomed.id, 'available'],
    )
    expect(result, JSON.stringify(result)).to.be.an('object')
    const kept = await readArchive(stack.store.database, row?.id ?? '', '*')
    if (!kept) throw new Error('There is no archive.')
    expect(kept).to.include({ durability: 'same_server', reason: 'delete', instanceStatus: 'purged' })
    const { job, instance } = await restore(stack, kept, { name: 'Doomed on its server' })
    expect(job.error).to.equal(null)
    expect(await countStudents(stack, instance.databaseName)).to.equal(students)
  })

  it('clone only a source that nobody is on, unless its sessions may be ended', async () => {
    const session = await openSession(stack, source.databaseName)
    const refused = await clone(stack, source.id, { name: 'Clone in use' })
    expect(refused.job.error).to.include({ code: 'source_in_use' })
    expect(session.wasEnded()).to.equal(false)
    expect(refused.instance).to.include({ status: 'failed', nameHeld: false })
    const made = await clone(stack, source.id, { name: 'Clone in use' }, { allowDowntime: true })
    expect(made.job.error).to.equal(null)
    expect(made.instance).to.include({ status: 'active', origin: 'cloned' })
    expect(session.wasEnded()).to.equal(true)
    expect(await countStudents(stack, made.instance.databaseName)).to.equal(
      await countStudents(stack, source.databaseName),
    )
  })

  it('refuse a dump that no program here can make', async () => {
    const { job } = await clone(stack, source.id, { name: 'Clone by dump' }, { method: 'dump' })
    expect(job.error).to.include({ code: 'not_supported' })
  })

  it('register no clone that is to be nobody else’s', async () => {
    const before = await registrations(stack)
    const { job, instance } = await clone(stack, source.id, { name: 'Clone without registration' }, { register: false })
    expect(job.error).to.equal(null)
    expect(instance).to.include({ status: 'active', odsInstanceId: null })
    expect(job.steps.filter(({ status }) => status === 'skipped').map(({ name }) => name)).to.include.members([
      'reserve-name',
      'register',
      'verify-registration',
    ])
    expect(await registrations(stack)).to.deep.equal(before)
  })

  it('answer the same request for a clone with the same instance, and another one with what differs', async () => {
    const first = await clone(stack, source.id, { name: 'Asked twice' })
    const again = await clone(stack, source.id, { name: 'Asked twice' })
    expect(again.instance.id).to.equal(first.instance.id)
    const inOtherWay = { method: 'template' as const, allowDowntime: true }
    const other = await clone(stack, source.id, { name: 'Asked twice' }, inOtherWay).catch((error: unknown) => error)
    expect(other).to.include({ code: 'instance_exists' })
    expect((other as { extensions: { fields: string[] } }).extensions.fields).to.deep.equal(['allowDowntime', 'method'])
  })
})
