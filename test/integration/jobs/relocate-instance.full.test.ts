import { requestRelocate, type RelocationBody } from '@edfi-tenants/jobs'
import { createServer, openRegisteredString, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { Failure } from '@edfi-tenants/core'
import { expect } from 'chai'
import pg from 'pg'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, startJobStack, type JobStack, type RunningTestWorker } from '../../support/job-stack.js'
import { startSystemPostgres, type SystemPostgres } from '../../support/system-postgres.js'
import { countStudents, makeInstance, openSession } from './archive-stack.js'
import { canConnect, everyStepTwice, failingAfter, lifeOf } from './life-stack.js'
import { compare } from './reconcile-stack.js'

describe('relocating an instance', function () {
  this.timeout(240_000)
  let stack: JobStack
  let first: SystemPostgres | null = null
  let second: SystemPostgres
  let worker: RunningTestWorker
  let life: ReturnType<typeof lifeOf>

  before(async function () {
    first = await startSystemPostgres()
    const other = await startSystemPostgres()
    if (!first || !other) {
      console.warn('      skipped: needs a PostgreSQL server with its pg_dump from the system’s packages')
      return this.skip()
    }
    second = other
    stack = await startJobStack({ postgres: first })
    life = lifeOf(stack)
    worker = stack.startWorker()
    await addServer('second', second.url)
    await addServer('same', stack.serverUrl)
    await addServer('closed', second.url, { tenants: ['somebody-else'] })
  })
  after(async () => {
    if (!first) return
    await stack.close()
    await Promise.all([first.stop(), second.stop()])
  })

  const addServer = async (name: string, address: string, more: { tenants?: string[] } = {}) => {
    const { hostname, port, username, password } = new URL(address)
    await createServer(stack.store, {
      name,
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
      ...more,
    })
  }
  const relocate = async (instance: InstanceRow, body: RelocationBody): Promise<JobRow> => {
    const { job } = await stack.store.database.transaction((database) =>
      requestRelocate(database, instance, origin, body, { reservedDatabaseNames: [] }),
    )
    stack.ringer.request()
    return job
  }
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    )
  const replaceWorker = async (options?: Parameters<JobStack['startWorker']>[0]) => {
    await worker.stop()
    worker = stack.startWorker(options)
  }
  const on = (url: string, name: string) => databasesLike(url, name.replaceAll('_', '\\_'))
  const registeredAt = ({ id, registeredString }: InstanceRow): string =>
    openRegisteredString(stack.store.sealer, id, registeredString ?? '')
  /** Number of students, counted with what is registered. */
  async function countAsRegistered(instance: InstanceRow): Promise<number> {
    const text = registeredAt(instance)
    const part = (keyword: string) => new RegExp(`${keyword}=([^;]*);`).exec(text)?.[1] ?? ''
    const client = new pg.Client({
      host: part('host'),
      port: Number(part('port')),
      user: part('username'),
      password: part('password'),
      database: part('database'),
    })
    await client.connect()
    try {
      const { rows } = await client.query<{ count: string }>('select count(*) from edfi.student')
      return Number(rows[0]?.count)
    } finally {
      await client.end()
    }
  }

  it('moves data, login, registration and record, and leaves nothing behind, also when workers die after each step', async () => {
    const instance = await makeInstance(stack, 'Moves', 5)
    const students = await countStudents(stack, instance.databaseName)
    const session = await openSession(stack, instance.databaseName)
    await replaceWorker({ definitions: everyStepTwice('instance.relocate') })
    await life.done(relocate(instance, { server: 'Second', databaseName: 'Moved_Ods' }))
    await replaceWorker()
    expect(session.wasEnded()).to.equal(true)
    await session.close()
    const moved = await stack.instance(instance.id)
    expect(moved).to.include({ server: 'second', databaseName: 'Moved_Ods', status: 'active', retiredName: null })
    expect(moved.odsInstanceId).to.equal(instance.odsInstanceId)
    expect(registeredAt(moved)).to.include(`port=${new URL(second.url).port};`)
    expect(await countAsRegistered(moved)).to.equal(students)
    expect(await on(stack.serverUrl, instance.databaseName)).to.deep.equal([])
    expect(await databasesLike(stack.serverUrl, `%${instance.id}%`)).to.deep.equal([])
    const report = await compare(stack, { tenant: 'district-one' })
    expect(report.findings.filter(({ instanceId }) => instanceId === instance.id)).to.deep.equal([])
    await life.done(life.stop(moved))
    await life.done(life.start(moved))
    await life.done(relocate(await stack.instance(instance.id), { server: 'local' }))
    const back = await stack.instance(instance.id)
    expect([back.server, await countAsRegistered(back)]).to.deep.equal(['local', students])
    expect(await on(second.url, 'Moved_Ods')).to.deep.equal([])
  })

  it('gives everything back when it fails before the record leads to the new server', async () => {
    const instance = await makeInstance(stack, 'Stays')
    const students = await countStudents(stack, instance.databaseName)
    for (const step of ['move-database', 'move-registration', 'record-place']) {
      await replaceWorker({ definitions: failingAfter('instance.relocate', step) })
      const ended = await stack.waitForJob((await relocate(instance, { server: 'second' })).id)
      expect(ended.error, step).to.include({ code: 'admin_api_refused' })
      expect(ended.outcome, step).to.deep.include({ compensation: 'done', leftovers: [] })
      const after = await stack.instance(instance.id)
      const { databaseName, databaseIdentity, server, registeredString } = instance
      expect(after, step).to.deep.include({
        databaseName,
        databaseIdentity,
        server,
        status: 'active',
        retiredName: null,
      })
      expect(registeredAt(after)).to.equal(registeredAt({ ...instance, registeredString }))
      expect(await countAsRegistered(after), step).to.equal(students)
      expect(await on(second.url, databaseName), step).to.deep.equal([])
    }
    await replaceWorker()
  })

  it('refuses servers that lead to the same place, that are not the tenant’s, or where the name is taken', async () => {
    const instance = await makeInstance(stack, 'Refused')
    expect(await refusal(relocate(instance, { server: 'local' }))).to.equal('validation_failed')
    expect(await refusal(relocate(instance, { server: 'closed' }))).to.equal('unknown_server')
    expect(await refusal(relocate(instance, { server: 'second', databaseName: 'tm_x' }))).to.equal('validation_failed')
    const same = await stack.waitForJob((await relocate(instance, { server: 'same', databaseName: 'Elsewhere' })).id)
    expect(same.error).to.include({ code: 'not_supported' })
    expect(same.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
    const client = new pg.Client({ connectionString: second.url })
    await client.connect()
    await client.query('create database "Taken_There"')
    await client.end()
    const taken = await stack.waitForJob(
      (await relocate(instance, { server: 'second', databaseName: 'Taken_There' })).id,
    )
    expect(taken.error).to.include({ code: 'database_name_taken' })
    expect(await on(second.url, 'Taken_There')).to.deep.equal(['Taken_There'])
    expect(await canConnect(stack, instance.databaseName)).to.equal(true)
    expect(await stack.instance(instance.id)).to.include({ status: 'active', server: 'local' })
  })
})
