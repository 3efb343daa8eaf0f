import { Failure } from '@edfi-tenants/core'
import { requestAdoption, requestRelease } from '@edfi-tenants/jobs'
import { openRegisteredString, type InstanceRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { countStudents, openSession } from './archive-stack.js'
import { canConnect, createActive, deleteRegistrationOf, everyStepTwice, lifeOf, onlyWorkerOf } from './life-stack.js'
import { adoptionOf } from './adopt-stack.js'
import { callAdminApi, commentOf, compare, onServer, registerByHand } from './reconcile-stack.js'
import { longTest } from '../../support/long-test.js'

describe('adopting, registering again and releasing', function () {
  this.timeout(180_000)
  let stack: JobStack
  let worker: ReturnType<typeof onlyWorkerOf>
  let life: ReturnType<typeof lifeOf>
  let adoption: ReturnType<typeof adoptionOf>

  before(async () => {
    stack = await startJobStack()
    life = lifeOf(stack)
    worker = onlyWorkerOf(stack)
    adoption = adoptionOf(stack)
  })
  after(async () => {
    await adoption.close()
    await stack.close()
  })

  const release = ({ id, name }: InstanceRow, registration: 'keep' | 'remove' = 'keep') =>
    adoption.ask(
      stack.store.database.transaction((database) =>
        requestRelease(database, id, origin, { confirm: name, registration }, { allowDelete: true }),
      ),
    )
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    )
  /** Whether the login that is registered for an instance can sign in to its database. */
  async function registeredWorks(instance: InstanceRow, databaseName = instance.databaseName): Promise<boolean> {
    const text = openRegisteredString(stack.store.sealer, instance.id, instance.registeredString ?? '')
    const part = (keyword: string) => new RegExp(`${keyword}=([^;]*);`).exec(text)?.[1] ?? ''
    const client = new pg.Client({
      host: part('host'),
      port: Number(part('port')),
      user: part('username'),
      password: part('password'),
      database: databaseName,
    })
    try {
      await client.connect()
      await client.query('select count(*) from edfi.student')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  it('adopts a database with nobody thrown out, and then it is an instance like any other, deletion included', async () => {
    const databaseName = await adoption.madeByHand()
    const session = await openSession(stack, databaseName)
    const instance = await adoption.adopted({
      databaseName,
      contexts: { schoolYearFromRoute: '2031' },
      labels: { a: 'b' },
    })
    expect(session.wasEnded()).to.equal(false)
    await session.close()
    expect(instance).to.include({ name: databaseName, status: 'active', origin: 'adopted', odsVersion: '7.3' })
    expect(await adoption.registration(instance.odsInstanceId)).to.deep.include({ name: databaseName })
    expect(await registeredWorks(instance)).to.equal(true)
    const again = await adoption.adopt({ databaseName, contexts: { schoolYearFromRoute: '2031' }, labels: { a: 'b' } })
    expect([again.status, again.created, again.instance.id]).to.deep.equal([200, false, instance.id])

    await life.done(life.stop(instance))
    await life.done(life.start(instance))
    await life.done(life.delete(instance, { purge: 'now', archive: false }))
    const purge = await life.done(life.delete(instance, { purge: 'now' }))
    expect(purge.type).to.equal('instance.purge')
    expect(await databasesLike(stack.serverUrl, `%${instance.id}%`)).to.deep.equal([])
  })

  longTest('takes over the registration that is named, with its name, type and contexts', async () => {
    const databaseName = await adoption.madeByHand()
    const name = adoption.unique('Taken over')
    const odsInstanceId = await registerByHand(stack, name)
    await callAdminApi(stack, 'POST', '/odsInstanceContexts', {
      odsInstanceId,
      contextKey: 'schoolYearFromRoute',
      contextValue: '2032',
    })
    const instance = await adoption.adopted({ databaseName, odsInstanceId })
    expect(instance).to.deep.include({
      name,
      odsInstanceId,
      instanceType: 'ByHand',
      contexts: { schoolYearFromRoute: '2032' },
    })
    expect(await registeredWorks(instance)).to.equal(true)
    const other = await adoption.madeByHand()
    expect(await refusal(adoption.adopt({ databaseName: other, odsInstanceId, name: 'Another' }))).to.equal(
      'registration_differs',
    )
    expect(await refusal(adoption.adopt({ databaseName: other, odsInstanceId: 999_999 }))).to.equal(
      'registration_missing',
    )
  })

  it('refuses what is somebody’s already, what is no ODS, and clients that are bound', async () => {
    const instance = await createActive(stack, 'Ours already')
    const copy = adoption.unique('Ours_by_marker')
    await onServer(stack, `create database "${copy}" template template0`)
    adoption.made.push(copy)
    expect(await refusal(adoption.adopt({ databaseName: instance.databaseName, name: 'Again' }))).to.equal(
      'database_name_taken',
    )
    expect(await refusal(adoption.adopt({ databaseName: 'postgres', name: 'Engine' }))).to.equal('validation_failed')
    const bound = { ...origin, actor: { ...origin.actor, tenants: ['district-one'] } }
    const databaseName = await adoption.madeByHand()
    expect(
      await refusal(
        requestAdoption(
          { store: stack.store, adminApi: adoption.adminApi },
          {
            ...bound,
            body: { tenant: 'district-one', server: 'local', databaseName },
            reservedDatabaseNames: [],
            signal: AbortSignal.timeout(1_000),
          },
        ),
      ),
    ).to.equal('outside_grant')
    const { job } = await adoption.adopt({ databaseName: copy })
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.include({ code: 'not_an_ods' })
    expect(ended.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
    expect(await commentOf(stack, copy)).to.equal(null)
  })

  longTest('lets go of an instance and leaves data, users and registration as they are', async () => {
    const databaseName = await adoption.madeByHand()
    const instance = await adoption.adopted({ databaseName, name: 'To be released' })
    const students = await countStudents(stack, databaseName)
    const session = await openSession(stack, databaseName)
    expect(
      await refusal(
        stack.store.database.transaction((database) =>
          requestRelease(
            database,
            instance.id,
            origin,
            { confirm: 'Another', registration: 'keep' },
            { allowDelete: true },
          ),
        ),
      ),
    ).to.equal('confirmation_required')
    await worker.replace({ definitions: everyStepTwice('instance.release') })
    await life.done(release(instance))
    await worker.replace()
    expect(session.wasEnded()).to.equal(false)
    await session.close()
    expect(await commentOf(stack, databaseName)).to.equal("Grand Bend's own")
    expect(await countStudents(stack, databaseName)).to.equal(students)
    expect(await registeredWorks(instance)).to.equal(true)
    expect(await adoption.registration(instance.odsInstanceId)).to.include({ name: instance.name })
    const released = await stack.instance(instance.id)
    expect(released).to.deep.include({ status: 'purged', nameHeld: false, registeredString: null, loginPassword: null })
    expect(released.tombstone?.['released']).to.include({ databaseName, registration: 'kept' })
    expect(released.statusReason).to.match(/^Released/)
    // What was let go of can be adopted again, by whoever names its registration.
    const again = await adoption.adopted({ databaseName, odsInstanceId: instance.odsInstanceId ?? 0 })
    expect([again.name, again.odsInstanceId]).to.deep.equal([instance.name, instance.odsInstanceId])
    expect(again.id).not.to.equal(instance.id)
  })

  it('releases with the registration removed, unless applications use it or the instance is protected', async () => {
    const instance = await createActive(stack, 'Released whole', { deletionProtection: true })
    expect(await refusal(release(instance, 'remove'))).to.equal('deletion_protected')
    await stack.store.database.query('UPDATE instances SET deletion_protection = false WHERE id = $1', [instance.id])
    await life.done(release(instance, 'remove'))
    adoption.made.push(instance.databaseName)
    expect((await callAdminApi(stack, 'GET', `/odsInstances/${instance.odsInstanceId}`)).status).to.equal(404)
    expect(await canConnect(stack, instance.databaseName)).to.equal(true)
    expect(await registeredWorks(instance)).to.equal(false)
    expect(await commentOf(stack, instance.databaseName)).to.equal(null)
    const report = await compare(stack)
    expect(report.findings.find(({ subject }) => subject === instance.databaseName)?.kind).to.equal('unmarked_database')
  })

  it('does not touch a registration of another name unless it is named, nor one that is another instance’s', async () => {
    const [one, other] = [await createActive(stack, 'One'), await createActive(stack, 'Other')]
    const id = one.odsInstanceId ?? 0
    await callAdminApi(stack, 'PUT', `/odsInstances/${id}`, { name: 'Renamed in Admin API', instanceType: 'ods' })
    const refused = await stack.waitForJob((await adoption.reregister(one)).id)
    expect(refused.error).to.include({ code: 'registration_differs' })
    expect(await adoption.registration(id)).to.include({ name: 'Renamed in Admin API' })
    const stolen = await stack.waitForJob(
      (await adoption.reregister(one, { odsInstanceId: other.odsInstanceId ?? 0 })).id,
    )
    expect(stolen.error).to.include({ code: 'registration_differs' })
    expect(await adoption.registration(other.odsInstanceId)).to.include({ name: 'Other' })
    await life.done(adoption.reregister(one, { odsInstanceId: id }))
    expect(await adoption.registration(id)).to.include({ name: 'One' })

    // As after Admin API's database was set up again: the id on record has become the other's.
    await stack.store.database.query('UPDATE instances SET ods_instance_id = $2 WHERE id = $1', [
      one.id,
      other.odsInstanceId,
    ])
    await deleteRegistrationOf(stack, id)
    await life.done(adoption.reregister(one))
    expect((await stack.instance(one.id)).odsInstanceId).not.to.equal(other.odsInstanceId)
    expect(await adoption.registration(other.odsInstanceId)).to.include({ name: 'Other' })
  })
})
