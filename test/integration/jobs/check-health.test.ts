import { once } from 'node:events'
import { createServer as listen, type Server } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { checkHealth, requestHealthChecks, requestInstanceJob, scheduleHealthChecks } from '@edfi-tenants/jobs'
import { buildLargeTemplate, buildTemplate } from '@edfi-tenants/sample-ods'
import {
  createServer,
  listBatchJobs,
  listHealthChecks,
  readBatch,
  recordHealth,
  type HealthRecord,
  type InstanceRow,
  type JobRow,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { longTest } from '../../support/long-test.js'

describe('checking health', function () {
  this.timeout(180_000)
  let stack: JobStack
  let checksDir: string
  let populated: InstanceRow
  before(async () => {
    stack = await startJobStack()
    checksDir = mkdtempSync(path.join(os.tmpdir(), 'sql-checks-'))
    await buildTemplate({ adminUrl: stack.serverUrl, databaseName: 'Health_Populated_Template', kind: 'populated' })
    await stack.store.database.query(
      `UPDATE database_servers SET templates = templates || '{"populated": "Health_Populated_Template", "large": "Health_Large_Template"}'`,
    )
    stack.startWorker({ settings: { sqlChecksDir: checksDir } })
    populated = await made('Populated', 'populated')
  })
  after(async () => {
    await stack.close()
    rmSync(checksDir, { recursive: true, force: true })
  })

  async function made(name: string, template = 'minimal'): Promise<InstanceRow> {
    const { job, instance } = await stack.create({ name, template, contexts: { schoolYearFromRoute: '2026' } })
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.equal(null)
    return stack.instance(instance.id)
  }

  /** Checks one instance; how it stands afterwards. */
  async function check(id: string): Promise<{ job: JobRow; instance: InstanceRow; health: HealthRecord }> {
    const { job } = await stack.store.database.transaction((database) =>
      requestInstanceJob(database, checkHealth, id, origin, { when: ['active', 'stopped'] }),
    )
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.equal(null)
    expect(ended.status).to.equal('succeeded')
    const instance = await stack.instance(id)
    return { job: ended, instance, health: instance.health as unknown as HealthRecord }
  }

  /** Runs SQL in a database as a superuser. */
  async function inside<Row extends object = object>(databaseName: string, sql: string): Promise<Row[]> {
    const url = new URL(stack.serverUrl)
    url.pathname = `/${databaseName}`
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      const results: unknown = await client.query<Row>(sql)
      return Array.isArray(results) ? [] : (results as pg.QueryResult<Row>).rows
    } finally {
      await client.end()
    }
  }

  const onServer = (sql: string) => inside('postgres', sql)
  const policy = (value: object | null) =>
    stack.store.database.query(`UPDATE tenants SET health_policy = $1`, [value && JSON.stringify(value)])

  /** Makes counting the students of an instance take long, and nothing else. */
  const slowDown = (databaseName: string, secondsPerRow: number) =>
    inside(
      databaseName,
      `ALTER TABLE edfi.student ENABLE ROW LEVEL SECURITY;
       CREATE FUNCTION edfi.wait() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(${secondsPerRow}) IS NOT NULL';
       CREATE POLICY slow ON edfi.student USING (edfi.wait())`,
    )

  it('finds exactly what SQL counts, the versions, the size and the registration', async () => {
    const { job, instance, health } = await check(populated.id)
    expect(job.steps.map(({ name, status }) => [name, status])).to.deep.equal([
      ['probe', 'succeeded'],
      ['count', 'succeeded'],
      ['check-registration', 'succeeded'],
      ['record', 'succeeded'],
    ])
    expect(job.needsSlot).to.equal(false)
    expect(instance).to.include({ healthStatus: 'healthy', odsVersion: '7.3' })
    expect(health.reason).to.equal(null)
    expect(health.countsMode).to.equal('exact')
    const [counted] = await inside<Record<string, number>>(
      populated.databaseName,
      `SELECT (SELECT count(*)::int FROM edfi.student) AS students, (SELECT count(*)::int FROM edfi.staff) AS staff,
         (SELECT count(*)::int FROM edfi.school) AS schools, (SELECT count(*)::int FROM edfi.section) AS sections,
         (SELECT count(*)::int FROM edfi.studentschoolassociation) AS "studentSchoolAssociations",
         (SELECT count(*)::int FROM edfi.educationorganization) AS "educationOrganizations"`,
    )
    expect(counted?.['students']).to.be.greaterThan(0)
    expect(health.counts).to.include(counted)
    expect(health.databaseState).to.equal('online')
    expect(health.latencyMs).to.be.a('number')
    expect(health.sizeBytes).to.be.greaterThan(1_000_000)
    expect(Date.parse(health.newestChangeAt ?? '')).to.be.greaterThan(0)
    expect(health.registration).to.deep.equal({ status: 'matching', differences: [], reason: null })
    expect(health.odsApi.status, 'nothing is configured, so nothing is claimed').to.equal('not_checked')
    const [entry] = await listHealthChecks(stack.store.database, populated.id, { before: null, limit: 5 })
    expect(entry).to.include({ status: 'healthy', reachable: true })
  })

  longTest('counts what is there in an ODS of 741 tables, and of one that lacks some says null, not 0', async () => {
    await buildLargeTemplate({ adminUrl: stack.serverUrl, databaseName: 'Health_Large_Template' })
    const large = await made('Large', 'large')
    await inside(large.databaseName, 'DROP TABLE edfi.section, edfi.staff CASCADE')
    const { instance, health } = await check(large.id)
    expect(instance.healthStatus).to.equal('healthy')
    expect(health.counts).to.include({ sections: null, staff: null, students: 0 })
  })

  it('says that a stopped instance is stopped, and counts it in no uptime', async () => {
    const { id, databaseName } = await made('Stopped')
    await onServer(`ALTER DATABASE "${databaseName}" ALLOW_CONNECTIONS false`)
    await stack.store.database.query(`UPDATE instances SET status = 'stopped' WHERE id = $1`, [id])
    const { instance, health } = await check(id)
    expect(instance.healthStatus).to.equal('stopped')
    expect(health).to.include({ databaseState: 'stopped', latencyMs: null })
    const [entry] = await listHealthChecks(stack.store.database, id, { before: null, limit: 1 })
    expect(entry).to.include({ status: 'stopped', reachable: null })
  })

  it('says that an instance is unreachable, and why, and since when until it is back', async () => {
    const { id, databaseName } = await made('Gone')
    await check(id)
    await onServer(`ALTER DATABASE "${databaseName}" RENAME TO "${databaseName}_away"`)
    const first = await check(id)
    expect(first.instance.healthStatus).to.equal('unreachable')
    expect(first.health).to.include({ databaseState: 'missing', latencyMs: null, sizeBytes: null })
    expect(first.health.reason).to.contain(databaseName)
    expect(first.health.counts).to.deep.equal({})
    const again = await check(id)
    expect(again.instance.healthSince).to.equal(first.instance.healthSince)
    await onServer(`ALTER DATABASE "${databaseName}_away" RENAME TO "${databaseName}"`)
    const back = await check(id)
    expect(back.instance.healthStatus).to.equal('healthy')
    expect(back.instance.healthSince).not.to.equal(first.instance.healthSince)
    const history = await listHealthChecks(stack.store.database, id, { before: null, limit: 10 })
    expect(history.map(({ status, reachable }) => [status, reachable])).to.deep.equal([
      ['healthy', true],
      ['unreachable', false],
      ['unreachable', false],
      ['healthy', true],
    ])
  })

  it('takes what it finds while a job changes the instance for no outage', async () => {
    const { id, databaseName } = await made('Maintained')
    await check(id)
    await stack.store.database.query(
      `INSERT INTO jobs (id, type, definition_version, instance_id, changing, parameters, requested_by)
       VALUES (gen_random_uuid(), 'instance.update', 999, $1, true, '{}', 'test')`,
      [id],
    )
    await onServer(`ALTER DATABASE "${databaseName}" RENAME TO "${databaseName}_away"`)
    const { instance } = await check(id)
    expect(instance.healthStatus).to.equal('healthy')
    const [entry] = await listHealthChecks(stack.store.database, id, { before: null, limit: 1 })
    expect(entry).to.include({ reachable: null })
    expect(entry?.reason).to.contain('changing')
    await stack.store.database.query(`DELETE FROM jobs WHERE definition_version = 999`)
  })

  longTest('takes the planner’s estimates, and says so, when counting takes too long', async () => {
    const { id, databaseName } = await made('Slow', 'populated')
    await inside(databaseName, 'ANALYZE edfi.student, edfi.staff')
    await slowDown(databaseName, 2.5)
    const { instance, health } = await check(id)
    expect(instance.healthStatus).to.not.equal('unreachable')
    expect(health.countsMode).to.equal('estimated')
    const [{ students } = { students: -1 }] = await inside<{ students: number }>(
      databaseName,
      `SELECT reltuples::int AS students FROM pg_class WHERE oid = 'edfi.student'::regclass`,
    )
    expect(health.counts['students']).to.equal(students)
    await inside(databaseName, 'ALTER TABLE edfi.student DISABLE ROW LEVEL SECURITY')
  })

  it('is degraded by the thresholds and SQL checks of the tenant, and by a check that the worker does not have', async () => {
    writeFileSync(path.join(checksDir, 'students-exist.sql'), 'SELECT 1 WHERE NOT EXISTS (SELECT FROM edfi.student)')
    writeFileSync(path.join(checksDir, 'no-students.sql'), 'SELECT studentusi FROM edfi.student')
    writeFileSync(path.join(path.dirname(checksDir), 'outside.sql'), 'SELECT 1 WHERE false')
    try {
      await policy({ checks: ['students-exist'], minDescriptors: 1 })
      expect((await check(populated.id)).instance.healthStatus).to.equal('healthy')
      await policy({
        checks: ['students-exist', 'no-students', '../outside'],
        minDescriptors: 1_000_000,
        maxSizeBytes: 1,
      })
      const { instance, health } = await check(populated.id)
      expect(instance.healthStatus).to.equal('degraded')
      expect(health.checks.map(({ name, ok }) => [name, ok])).to.have.deep.members([
        ['students-exist', true],
        ['no-students', false],
        ['../outside', false],
      ])
      expect(health.reason)
        .to.match(/bytes \(limit 1\)/)
        .and.match(/descriptors/)
        .and.match(/no-students/)
    } finally {
      await policy(null)
      rmSync(path.join(path.dirname(checksDir), 'outside.sql'), { force: true })
    }
  })

  it('is degraded when Admin API has the instance otherwise or not at all, and not when Admin API is away', async () => {
    const { id, odsInstanceId } = await made('Registered')
    const change = (column: string, value: unknown) =>
      stack.store.database.query(`UPDATE instances SET ${column} = $2 WHERE id = $1`, [id, value])
    await change('contexts', { schoolYearFromRoute: '2027' })
    const differs = await check(id)
    expect(differs.instance.healthStatus).to.equal('degraded')
    expect(differs.health.registration).to.deep.include({ status: 'mismatched', differences: ['contexts'] })
    await change('contexts', { schoolYearFromRoute: '2026' })
    await change('ods_instance_id', 999_999)
    expect((await check(id)).health.registration.status).to.equal('missing')
    await change('ods_instance_id', odsInstanceId)
    const [{ url } = { url: '' }] = await stack.store.database.query<{ url: string }>(
      `SELECT admin_api_url AS url FROM environments`,
    )
    await stack.store.database.query(`UPDATE environments SET admin_api_url = 'http://127.0.0.1:9'`)
    const away = await check(id)
    await stack.store.database.query(`UPDATE environments SET admin_api_url = $1`, [url])
    expect(away.instance.healthStatus).to.equal('healthy')
    expect(away.health.registration.status).to.equal('unknown')
    expect(away.health.registration.reason).to.contain('admin_api')
  })

  it('checks all instances by one job per server; a dead server delays only its own', async () => {
    const stranded = await made('Stranded')
    const silent = await startSilence()
    const address = silent.address() as { port: number }
    const dead = await createServer(stack.store, {
      name: 'dead',
      engine: 'postgresql',
      databaseEngine: 'PostgreSql',
      settings: { host: '127.0.0.1', port: address.port, connectTimeoutMs: 6_000 },
      registeredLogin: 'shared',
      templates: {},
      tenants: [],
      maxConcurrency: 4,
      maxInstances: null,
      pool: null,
      workerPool: 'default',
      credentials: { username: 'a', password: 'b', passwordFrom: null },
      registeredCredentials: { username: 'a', password: 'b', passwordFrom: null },
    })
    await stack.store.database.query('UPDATE instances SET server_id = $2 WHERE id = $1', [stranded.id, dead.id])
    const batch = await stack.store.database.transaction((database) => requestHealthChecks(database, {}, origin))
    expect(batch).to.include({ operation: 'health.check', total: 2, status: 'running' })
    stack.ringer.request()
    const jobs = await listBatchJobs(stack.store.database, batch.id, {}, { after: null, limit: 10 })
    const ofDead = jobs.find(({ serverId }) => serverId === dead.id)
    const ofLiving = jobs.find(({ serverId }) => serverId !== dead.id)
    const living = await stack.waitForJob(ofLiving?.id ?? '')
    expect((await readBatch(stack.store.database, batch.id, '*'))?.status, 'the dead one is still waited for').to.equal(
      'running',
    )
    expect(living.status).to.equal('succeeded')
    const ended = await stack.waitForJob(ofDead?.id ?? '')
    silent.close()
    expect(ended.status, 'having recorded that nothing answers is success').to.equal('succeeded')
    expect(Date.parse(living.finishedAt ?? '')).to.be.lessThan(Date.parse(ended.finishedAt ?? ''))
    const found = await stack.instance(stranded.id)
    expect(found.healthStatus).to.equal('unreachable')
    expect((found.health as unknown as HealthRecord).reason).to.contain('server_unreachable')
    expect(await readBatch(stack.store.database, batch.id, '*')).to.deep.include({
      status: 'succeeded',
      etaSeconds: 0,
      counts: { queued: 0, running: 0, succeeded: 2, failed: 0, cancelled: 0, unchanged: 0 },
    })
    // Its steps keep nothing that is on record elsewhere.
    expect(living.steps.slice(0, 3).map(({ output }) => output)).to.deep.equal([null, null, null])
    await stack.store.database.query('UPDATE instances SET status = $2 WHERE id = $1', [stranded.id, 'failed'])
  })

  it('is scheduled once per server and turn, after everything that clients have asked for', async () => {
    const { database } = stack.store
    const scheduled = () =>
      database.query<{ id: string; priority: number }>(
        `SELECT id, priority FROM jobs WHERE requested_by = 'system:health' ORDER BY number`,
      )
    await database.query(`UPDATE instances SET health_checked_at = now() - interval '2 days'`)
    const counts = await Promise.all([1, 2, 3].map(() => scheduleHealthChecks(database, 3600)))
    expect(counts.reduce((sum, each) => sum + each, 0)).to.equal(1)
    expect(await scheduleHealthChecks(database, 3600), 'one is unfinished').to.equal(0)
    stack.ringer.request()
    const [job] = await scheduled()
    expect(job?.priority).to.be.lessThan(0)
    const ended = await stack.waitForJob(job?.id ?? '')
    expect(ended.status).to.equal('succeeded')
    await database.query(`UPDATE jobs SET created_at = now() - interval '1 day' WHERE requested_by = 'system:health'`)
    expect(await scheduleHealthChecks(database, 3600), 'all have had their turn').to.equal(0)
    await database.query('UPDATE instances SET health_checked_at = NULL WHERE id = $1', [populated.id])
    expect(await scheduleHealthChecks(database, 3600), 'one was never checked').to.equal(1)
    stack.ringer.request()
    const [, second] = await scheduled()
    const only = await stack.waitForJob(second?.id ?? '')
    expect(only.result).to.deep.include({ instances: 1 })
  })

  it('writes nothing for a worker that has lost the job', async () => {
    const [job] = await stack.store.database.query<{ id: string; epoch: number }>(
      `SELECT id, epoch::float8 AS epoch FROM jobs WHERE type = 'health.check' ORDER BY number DESC LIMIT 1`,
    )
    const refusal: unknown = await recordHealth(
      stack.store.database,
      { jobId: job?.id ?? '', epoch: (job?.epoch ?? 0) - 1 },
      { position: 3, since: new Date().toISOString(), found: [] },
    ).catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'lease_lost' })
  })
})

/** A server that takes connections and says nothing. */
async function startSilence(): Promise<Server> {
  const server = listen((socket) => socket.on('error', () => undefined))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
