import { sweepExpiries, sweepPurges, retryJob, cancelJob } from '@edfi-tenants/jobs'
import { readJob, readLastJob, updateInstance, type InstanceRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { retiredName } from '@edfi-tenants/provisioner'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { databasesLike } from '../../support/killed-workers.js'
import { adminApiOf, type PlainAdminApi } from '../../support/plain-admin-api.js'
import { openSession } from './archive-stack.js'
import {
  addDerivative,
  canConnect,
  createActive,
  deleteApplication,
  deleteRegistrationOf,
  failingAfter,
  lifeOf,
  onlyWorkerOf,
  ownApplication,
  withoutArchiveStorage,
  worldOf,
} from './life-stack.js'
import { longTest } from '../../support/long-test.js'

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  )

describe('the life of an instance', function () {
  this.timeout(180_000)
  let stack: JobStack
  let admin: PlainAdminApi
  let life: ReturnType<typeof lifeOf>
  let worker: ReturnType<typeof onlyWorkerOf>
  before(async () => {
    stack = await startJobStack()
    admin = adminApiOf(stack.simulator, 'district-one')
    life = lifeOf(stack)
    worker = onlyWorkerOf(stack)
  })
  after(() => stack.close())
  afterEach(() => stack.simulator.setFaults([]))

  const again = async ({ id }: { id: string }): Promise<InstanceRow> => stack.instance(id)

  it('goes round: stop, start, rename, delete, undelete with the same id, contexts and keys, delete, purge', async () => {
    const made = await createActive(stack, 'Round', { applications: [ownApplication] })
    const [application] = await admin.applications(made.odsInstanceId ?? 0)
    const session = await openSession(stack, made.databaseName)

    await life.done(life.stop(made))
    expect(await again(made)).to.include({ status: 'stopped' })
    expect(session.wasEnded()).to.equal(true)
    expect(await canConnect(stack, made.databaseName)).to.equal(false)
    expect(await codeOf(life.stop(made))).to.equal('instance_not_active')

    await life.done(life.start(made))
    expect(await again(made)).to.include({ status: 'active' })
    expect(await codeOf(life.start(made))).to.equal('instance_not_stopped')

    const second = await openSession(stack, made.databaseName)
    await life.done(life.rename(made, { name: 'Round again', databaseName: 'Round_Again' }))
    expect(second.wasEnded()).to.equal(true)
    const renamed = await again(made)
    expect(renamed).to.include({ name: 'Round again', databaseName: 'Round_Again', odsInstanceId: made.odsInstanceId })
    const world = await worldOf(stack, made.id)
    expect(world).to.deep.include({ databases: ['Round_Again'], isOpen: true })
    expect(await databasesLike(stack.serverUrl, made.databaseName)).to.deep.equal([])

    const third = await openSession(stack, renamed.databaseName)
    const deletion = await life.done(life.delete(renamed))
    expect(third.wasEnded()).to.equal(true)
    expect(deletion.outcome).to.include({ instanceUsable: false })
    const deleted = await again(made)
    expect(deleted).to.include({ status: 'deleted', nameHeld: false, retiredName: retiredName(made.id) })
    expect(Date.parse(deleted.purgeAt ?? '') - Date.parse(deleted.deletedAt ?? '')).to.equal(7 * 86_400_000)
    expect(await worldOf(stack, made.id)).to.deep.include({
      databases: [retiredName(made.id)],
      registrations: [{ id: made.odsInstanceId, name: `tm_retired_${made.id}`, contexts: {}, derivatives: [] }],
    })
    expect((await admin.application(application?.id ?? 0)).enabled).to.equal(false)
    expect(await canConnect(stack, retiredName(made.id))).to.equal(false)

    await life.done(life.undelete(made))
    const { record, ...outside } = await worldOf(stack, made.id)
    expect(record).to.deep.include({ ...world.record })
    expect(outside).to.deep.equal({ databases: world.databases, isOpen: true, registrations: world.registrations })
    expect(await again(made)).to.include({ status: 'active', purgeAt: null, deletedAt: null, tombstone: null })
    expect((await admin.application(application?.id ?? 0)).enabled).to.equal(true)

    await life.done(life.delete(renamed))
    await life.done(life.delete(renamed, { purge: 'now' }))
    const purged = await again(made)
    expect(purged).to.include({
      status: 'purged',
      purgeAt: null,
      odsInstanceId: null,
      loginName: null,
      loginPassword: null,
      registeredString: null,
    })
    expect(purged.tombstone).to.include({ name: 'Round again', odsInstanceId: made.odsInstanceId })
    expect(await worldOf(stack, made.id)).to.deep.include({ databases: [], registrations: [] })
    expect((await admin.allApplications()).map(({ id }) => id)).not.to.include(application?.id)
    const { rows } = await stack.store.database.driver.query(
      'SELECT 1 FROM instance_credentials WHERE instance_id = $1',
      [made.id],
    )
    expect(rows).to.deep.equal([])
    expect(await codeOf(life.undelete(made))).to.equal('instance_deleted')
    expect(await codeOf(life.delete(renamed, { purge: 'now' }))).to.equal('instance_deleted')
  })

  it('goes on with a deletion that failed past its pivot when its job is retried, and refuses another', async () => {
    const made = await createActive(stack, 'Half way')
    const failed = await worker.withDefinitions(failingAfter('instance.delete', 'retire-database'), () =>
      life.failed(life.delete(made)),
    )
    expect(failed.outcome).to.include({ instanceUsable: false, compensation: 'none' })
    expect(await again(made)).to.include({ status: 'deleting' })
    expect(await codeOf(life.delete(made))).to.equal('instance_busy')
    await stack.store.database.transaction((database) => retryJob(database, failed, origin))
    stack.ringer.request()
    expect((await stack.waitForJob(failed.id)).status).to.equal('succeeded')
    expect(await again(made)).to.include({ status: 'deleted' })
    // What it was before does not come back by its old jobs.
    const creation = await readLastJob(stack.store.database, made.id, 'instance.create')
    await stack.store.database.query(`UPDATE jobs SET status = 'failed' WHERE id = $1`, [creation?.id])
    const job = await readJob(stack.store.database, creation?.id ?? '', '*')
    expect(await codeOf(retryJob(stack.store.database, job!, origin))).to.equal('job_not_retryable')
  })

  it('is not deleted while others use it, unless told what becomes of them; and gives them back', async () => {
    const made = await createActive(stack, 'In use')
    const other = await createActive(stack, 'Other')
    const ods = made.odsInstanceId ?? 0
    const alone = await admin.addApplication('Alone', [ods])
    const shared = await admin.addApplication('Shared', [other.odsInstanceId ?? 0, ods])
    const refused = await life.failed(life.delete(made))
    expect(refused.error).to.include({ code: 'applications_attached' })
    expect(
      (refused.error?.['applications'] as { applicationId: number }[]).map((each) => each.applicationId),
    ).to.have.members([alone, shared])
    expect(await again(made)).to.include({ status: 'active' })
    await life.done(life.delete(made, { applications: 'disable' }))
    expect(await admin.application(alone)).to.include({ enabled: false })
    expect((await admin.application(shared)).odsInstanceIds).to.deep.equal([other.odsInstanceId])
    await life.done(life.undelete(made))
    expect(await admin.application(alone)).to.include({ enabled: true })
    expect((await admin.application(shared)).odsInstanceIds).to.have.members([ods, other.odsInstanceId])
    // A purge does not delete what is not ours, unless told so.
    await life.done(life.delete(made, { applications: 'detach' }))
    const stuck = await life.failed(life.delete(made, { purge: 'now' }))
    expect(stuck.error).to.include({ code: 'applications_attached' })
    await life.done(life.delete(made, { purge: 'now', applications: 'delete' }))
    expect((await admin.allApplications()).map(({ id }) => id))
      .to.include(shared)
      .and.not.include(alone)
  })

  longTest('is not purged at once when its archive would stay on the same server, unless that will do', async () => {
    const made = await createActive(stack, 'Same server')
    const before = await worldOf(stack, made.id)
    await worker.withDefinitions(withoutArchiveStorage('instance.delete'), async () => {
      const ended = await life.failed(life.delete(made, { archive: true, purge: 'now' }))
      expect(ended.error).to.include({ code: 'archive_not_off_server' })
      expect(await worldOf(stack, made.id)).to.deep.equal(before)
      await life.done(life.delete(made, { archive: true, purge: 'now', acceptSameServer: true }))
    })
    await sweepPurges(stack.store.database)
    stack.ringer.request()
    const purge = await readLastJob(stack.store.database, made.id, 'instance.purge')
    expect((await stack.waitForJob(purge?.id ?? '')).error).to.equal(null)
    expect(await worldOf(stack, made.id)).to.deep.include({ databases: [], registrations: [] })
    const archives = await stack.store.database.query<{ location: { databaseName: string } }>(
      `SELECT location FROM archives WHERE instance_id = $1 AND status = 'available'`,
      [made.id],
    )
    expect(archives).to.have.length(1)
    const kept = archives[0]?.location.databaseName ?? ''
    expect(await databasesLike(stack.serverUrl, kept)).to.deep.equal([kept])
  })

  it('is deleted also where its database or registration is gone, and says so', async () => {
    const made = await createActive(stack, 'Vanished')
    const { Client } = (await import('pg')).default
    const client = new Client({ connectionString: stack.serverUrl })
    await client.connect()
    await client.query(`drop database "${made.databaseName}" with (force)`)
    await client.end()
    const ended = await life.done(life.delete(made, { archive: true }))
    expect(ended.steps[2]?.detail).to.match(/gone already/)
    expect(ended.steps[3]).to.include({ name: 'archive', status: 'skipped' })
    expect(await again(made)).to.include({ status: 'deleted' })
    const failed = await life.failed(life.undelete(made))
    expect(failed.error).to.include({ code: 'database_missing' })
    expect(await again(made)).to.include({ status: 'deleted', nameHeld: false })
    await life.done(life.delete(made, { purge: 'now' }))
    expect(await worldOf(stack, made.id)).to.deep.include({ databases: [], registrations: [] })
  })

  longTest('is deleted where its registration is gone, and never touches one that has its id by now', async () => {
    const made = await createActive(stack, 'Unregistered')
    const other = await createActive(stack, 'Somebody else')
    const user = await admin.addApplication('Of somebody else', [other.odsInstanceId ?? 0])
    await deleteRegistrationOf(stack, made.odsInstanceId ?? 0)
    // As after Admin API's database was set up again: another has the id.
    await stack.store.database.query('UPDATE instances SET ods_instance_id = $2 WHERE id = $1', [
      made.id,
      other.odsInstanceId,
    ])
    const refused = await life.failed(life.delete(made, { applications: 'delete' }))
    expect(refused.error).to.include({ code: 'registration_differs' })
    expect(await again(made)).to.include({ status: 'active' })
    await stack.store.database.query('UPDATE instances SET ods_instance_id = $2 WHERE id = $1', [
      made.id,
      made.odsInstanceId,
    ])
    await life.done(life.delete(made))
    await stack.store.database.query('UPDATE instances SET ods_instance_id = $2 WHERE id = $1', [
      made.id,
      other.odsInstanceId,
    ])
    expect((await life.failed(life.undelete(made))).error).to.include({ code: 'registration_differs' })
    await life.done(life.delete(made, { purge: 'now', applications: 'delete' }))
    expect(await admin.application(user)).to.include({ enabled: true })
    expect((await worldOf(stack, other.id)).registrations).to.have.length(1)
  })

  it('gets its derivatives back, and keeps those that somebody else registered', async () => {
    const made = await createActive(stack, 'Derived')
    const ods = made.odsInstanceId ?? 0
    await stack.store.database.query(
      `INSERT INTO instance_derivatives (instance_id, derivative_type, source, database_name, registered)
       VALUES ($1, 'ReadReplica', 'registered', $2, '{"host": "replica.example", "port": 5433}')`,
      [made.id, made.databaseName],
    )
    await addDerivative(stack, ods, 'ReadReplica')
    await addDerivative(stack, ods, 'Snapshot')
    const before = await worldOf(stack, made.id)
    await life.done(life.delete(made))
    expect((await worldOf(stack, made.id)).registrations[0]?.derivatives).to.deep.equal(['Snapshot'])
    await life.done(life.undelete(made))
    const { registrations } = await worldOf(stack, made.id)
    expect(registrations[0]?.derivatives).to.have.members(before.registrations[0]?.derivatives ?? [])
    await life.done(life.delete(made))
    await life.done(life.delete(made, { purge: 'now' }))
    expect(await worldOf(stack, made.id)).to.deep.include({ databases: [], registrations: [] })
  })

  it('is deleted when its creation failed and was kept', async () => {
    stack.simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'status', status: 400 }])
    const { job, instance } = await stack.create({ name: 'Kept', onFailure: 'keep' })
    expect((await stack.waitForJob(job.id)).status).to.equal('failed')
    stack.simulator.setFaults([])
    await life.done(life.delete(instance))
    await life.done(life.delete(instance, { purge: 'now' }))
    expect(await worldOf(stack, instance.id)).to.deep.include({ databases: [], registrations: [] })
    const { job: missing, instance: nothing } = await stack.create({
      name: 'Nothing',
      template: 'missing',
      onFailure: 'keep',
    })
    expect((await stack.waitForJob(missing.id)).status).to.equal('failed')
    await life.done(life.delete(nothing, { archive: true }))
    await life.done(life.delete(nothing, { purge: 'now' }))
    expect(await again(nothing)).to.include({ status: 'purged' })
  })

  it('gives its names free, and comes back only when they are', async () => {
    const made = await createActive(stack, 'Names')
    await life.done(life.delete(made))
    const successor = await createActive(stack, 'NAMES')
    expect(await codeOf(life.undelete(made))).to.equal('name_taken')
    await life.done(life.rename(successor, { name: 'Names elsewhere' }))
    expect((await again(successor)).databaseName).to.equal(successor.databaseName)
    expect(await codeOf(life.rename(successor, { databaseName: 'postgres' }))).to.equal('validation_failed')
    if (successor.databaseName.toLowerCase() === made.databaseName.toLowerCase())
      expect(await codeOf(life.undelete(made))).to.equal('database_name_taken')
    await life.done(life.rename(successor, { databaseName: 'Names_Elsewhere' }))
    await life.done(life.undelete(made))
    expect(await codeOf(life.rename(successor, { name: 'names' }))).to.equal('name_taken')
    expect(await codeOf(life.rename(successor, { databaseName: made.databaseName }))).to.equal('database_name_taken')
  })

  it('does not take a foreign database’s name, and leaves everything as it was', async () => {
    const made = await createActive(stack, 'Mine')
    const before = await worldOf(stack, made.id)
    const { Client } = (await import('pg')).default
    const client = new Client({ connectionString: stack.serverUrl })
    await client.connect()
    const foreign = `foreign_${made.number}`
    await client.query(`create database "${foreign}"`)
    try {
      const ended = await life.failed(life.rename(made, { name: 'Not mine', databaseName: foreign }))
      expect(ended.error).to.include({ code: 'database_name_taken' })
      expect(await worldOf(stack, made.id)).to.deep.equal(before)
    } finally {
      await client.query(`drop database "${foreign}"`)
      await client.end()
    }
  })

  it('is not deleted while it is protected, nor by more than the client may within an hour', async () => {
    const made = await createActive(stack, 'Protected')
    await updateInstance(stack.store.database, made.id, { deletionProtection: true })
    expect(await codeOf(life.delete(made))).to.equal('deletion_protected')
    await updateInstance(stack.store.database, made.id, { deletionProtection: false })
    expect(await codeOf(life.delete({ ...made, name: 'protected' }))).to.equal('confirmation_required')
    const refusal = await life.delete(made, {}, 1).catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'delete_limit_reached' })
    expect((refusal as { retryAfterMs: number }).retryAfterMs).to.be.within(1_000, 3_600_000)
    // Switched on after the request and before the job looks.
    await worker.stop()
    const job = await life.delete(made)
    await updateInstance(stack.store.database, made.id, { deletionProtection: true })
    worker.start()
    stack.ringer.request()
    expect((await stack.waitForJob(job.id)).error).to.include({ code: 'deletion_protected' })
    expect(await again(made)).to.include({ status: 'active' })
  })

  it('is undone when its deletion is cancelled before the pivot', async () => {
    const made = await createActive(stack, 'Cancelled')
    const before = await worldOf(stack, made.id)
    stack.simulator.setFaults([{ method: 'PUT', pathPattern: '/v2/odsInstances', kind: 'status', status: 503 }])
    const job = await life.delete(made)
    for (let row = await readJob(stack.store.database, job.id, '*'); !row?.waitingFor;) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      row = await readJob(stack.store.database, job.id, '*')
    }
    stack.simulator.setFaults([])
    const waiting = await readJob(stack.store.database, job.id, '*')
    await stack.store.database.transaction((database) => cancelJob(database, waiting!, origin))
    stack.ringer.request()
    expect((await stack.waitForJob(job.id)).status).to.equal('cancelled')
    expect(await worldOf(stack, made.id)).to.deep.equal(before)
  })

  it('is purged by itself when its time is over, not earlier, and not again at once after a failure', async () => {
    const made = await createActive(stack, 'Due')
    await life.done(life.delete(made))
    const due = async () => {
      await sweepPurges(stack.store.database)
      stack.ringer.request()
      return readLastJob(stack.store.database, made.id, 'instance.purge')
    }
    expect(await due()).to.equal(null)
    await stack.store.database.query(`UPDATE instances SET purge_at = now() - interval '1 minute' WHERE id = $1`, [
      made.id,
    ])
    const foreign = await admin.addApplication('Late', [made.odsInstanceId ?? 0])
    const first = await due()
    expect(first).to.include({ requestedBy: 'system:purge' })
    expect((await stack.waitForJob(first?.id ?? '')).error).to.include({ code: 'applications_attached' })
    expect((await again(made)).statusReason).to.match(/Purging failed/)
    expect((await due())?.id).to.equal(first?.id)
    await stack.store.database.query(`UPDATE jobs SET finished_at = now() - interval '20 minutes' WHERE id = $1`, [
      first?.id,
    ])
    await deleteApplication(stack, foreign)
    const second = await due()
    expect(second?.id).not.to.equal(first?.id)
    expect((await stack.waitForJob(second?.id ?? '')).error).to.equal(null)
    expect(await again(made)).to.include({ status: 'purged' })
  })

  longTest('waits for ODS/API’s caches before it is purged, where ODS/API was not told', async () => {
    const made = await createActive(stack, 'Cached')
    await worker.stop()
    const patient = stack.startWorker({ settings: { odsApiCacheSeconds: 3 } })
    try {
      await life.done(life.delete(made, { purge: 'now' }))
      const deleted = await again(made)
      expect(deleted.purgeAt).to.equal(deleted.deletedAt)
      await sweepPurges(stack.store.database)
      stack.ringer.request()
      const job = await readLastJob(stack.store.database, made.id, 'instance.purge')
      const ended = await stack.waitForJob(job?.id ?? '')
      expect(ended.status).to.equal('succeeded')
      expect(ended.steps[0]?.attempts).to.be.greaterThan(1)
      expect(Date.parse(ended.finishedAt ?? '')).to.be.at.least(Date.parse(deleted.deletedAt ?? '') + 3_000)
    } finally {
      await patient.stop()
      worker.start()
    }
  })

  it('is deleted by itself when it expires, but not while it is protected', async () => {
    const made = await createActive(stack, 'Expiring', { deletionProtection: true })
    await stack.store.database.query(`UPDATE instances SET expires_at = now() - interval '1 minute' WHERE id = $1`, [
      made.id,
    ])
    await sweepExpiries(stack.store.database)
    expect(await readLastJob(stack.store.database, made.id, 'instance.delete')).to.equal(null)
    await updateInstance(stack.store.database, made.id, { deletionProtection: false })
    await sweepExpiries(stack.store.database)
    stack.ringer.request()
    const job = await readLastJob(stack.store.database, made.id, 'instance.delete')
    expect(job).to.include({ requestedBy: 'system:expiry' })
    expect((await stack.waitForJob(job?.id ?? '')).error).to.equal(null)
    expect(await again(made)).to.include({ status: 'deleted', expiresAt: null })
  })
})
