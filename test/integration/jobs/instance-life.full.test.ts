import { retryJob } from '@edfi-tenants/jobs'
import { readLastJob, type InstanceRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { adminApiOf, type PlainAdminApi } from '../../support/plain-admin-api.js'
import {
  createActive,
  everyStepTwice,
  failingAfter,
  lifeOf,
  onlyWorkerOf,
  ownApplication,
  worldOf,
} from './life-stack.js'

describe('the life of an instance, step by step', function () {
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

  for (const [type, act] of [
    ['instance.stop', (made: InstanceRow) => life.stop(made)],
    [
      'instance.rename',
      (made: InstanceRow) => life.rename(made, { name: `${made.name} 2`, databaseName: `${made.databaseName}_2` }),
    ],
    ['instance.delete', (made: InstanceRow) => life.delete(made, { applications: 'disable' })],
  ] as const)
    it(`can do every step of ${type} twice`, async () => {
      const made = await createActive(stack, `Twice ${type}`, { applications: [ownApplication] })
      await worker.withDefinitions(everyStepTwice(type), () => life.done(act(made)))
      const { record, databases, registrations } = await worldOf(stack, made.id)
      expect(databases).to.have.length(1)
      expect(registrations).to.have.length(1)
      const status = { 'instance.stop': 'stopped', 'instance.rename': 'active', 'instance.delete': 'deleted' }[type]
      expect(record.status).to.equal(status)
    })

  it('can do every step of start, undelete and purge twice', async () => {
    const made = await createActive(stack, 'Twice back', { applications: [ownApplication] })
    const before = await worldOf(stack, made.id)
    await life.done(life.stop(made))
    await worker.withDefinitions(everyStepTwice('instance.start'), () => life.done(life.start(made)))
    expect(await worldOf(stack, made.id)).to.deep.equal(before)
    await life.done(life.delete(made))
    await worker.withDefinitions(everyStepTwice('instance.undelete'), () => life.done(life.undelete(made)))
    expect(await worldOf(stack, made.id)).to.deep.equal(before)
    const [application] = await admin.applications(made.odsInstanceId ?? 0)
    expect(application?.enabled).to.equal(true)
    await life.done(life.delete(made))
    await worker.withDefinitions(everyStepTwice('instance.purge'), () => life.done(life.delete(made, { purge: 'now' })))
    expect(await worldOf(stack, made.id)).to.deep.include({ databases: [], registrations: [] })
  })

  it('is as before when stopping, renaming or deleting fails in any step up to the pivot', async () => {
    const made = await createActive(stack, 'Back again', { applications: [ownApplication] })
    const before = await worldOf(stack, made.id)
    const cases = [
      ['instance.stop', ['stop-database'], () => life.stop(made)],
      [
        'instance.rename',
        [
          'reserve-name',
          'rename-database',
          'rename-registration',
          'verify-database',
          'verify-registration',
          'record-names',
        ],
        () => life.rename(made, { name: 'Elsewhere', databaseName: 'Elsewhere' }),
      ],
      [
        'instance.delete',
        ['check-protection', 'revoke-access', 'archive', 'unregister'],
        () => life.delete(made, { archive: true }),
      ],
    ] as const
    for (const [type, names, act] of cases)
      for (const name of names) {
        const ended = await worker.withDefinitions(failingAfter(type, name), () => life.failed(act()))
        expect(ended.outcome, `${type} ${name}`).to.deep.include({ leftovers: [], instanceUsable: true })
        expect(await worldOf(stack, made.id), `${type} ${name}`).to.deep.equal(before)
        const [application] = await admin.applications(made.odsInstanceId ?? 0)
        expect(application?.enabled, `${type} ${name}`).to.equal(true)
      }
  })

  it('is stopped, or deleted, as before when starting or undeleting fails in any step', async () => {
    const made = await createActive(stack, 'Down again', { applications: [ownApplication] })
    await life.done(life.stop(made))
    const stopped = await worldOf(stack, made.id)
    for (const name of ['start-database', 'verify-database', 'verify-registration']) {
      await worker.withDefinitions(failingAfter('instance.start', name), () => life.failed(life.start(made)))
      expect(await worldOf(stack, made.id), name).to.deep.equal(stopped)
    }
    // A deletion that fails gives a stopped one back stopped.
    await worker.withDefinitions(failingAfter('instance.delete', 'unregister'), () => life.failed(life.delete(made)))
    expect(await worldOf(stack, made.id)).to.deep.equal(stopped)
    await life.done(life.delete(made))
    const { record, ...outside } = await worldOf(stack, made.id)
    for (const name of ['restore-database', 'restore-registration', 'verify-database', 'verify-registration']) {
      const ended = await worker.withDefinitions(failingAfter('instance.undelete', name), () =>
        life.failed(life.undelete(made)),
      )
      expect(ended.outcome?.leftovers, name).to.deep.equal([])
      const now = await worldOf(stack, made.id)
      expect({ ...now, record: { ...now.record, tombstone: null } }, name).to.deep.equal({
        record: { ...record, tombstone: null },
        ...outside,
      })
    }
    const undone = await readLastJob(stack.store.database, made.id, 'instance.undelete')
    if (undone) await retryJob(stack.store.database, undone, origin)
    stack.ringer.request()
    expect((await stack.waitForJob(undone?.id ?? '')).status).to.equal('succeeded')
    expect(await again(made)).to.include({ status: 'active', nameHeld: true })
  })

  it('repeats every step while Admin API is unwell, and takes a lost answer for what it was', async () => {
    const made = await createActive(stack, 'Unwell', { applications: [ownApplication] })
    const fault = { pathPattern: '/v2/', times: 4 }
    for (const kind of ['status', 'drop-after-commit'] as const)
      for (const act of [
        () => life.rename(made, { name: `Unwell ${kind}` }),
        async () => life.delete(await again(made)),
        () => life.undelete(made),
      ]) {
        stack.simulator.setFaults([{ ...fault, kind, ...(kind === 'status' ? { status: 503 } : { method: 'PUT' }) }])
        await life.done(act())
      }
    expect(await again(made)).to.include({ status: 'active', name: 'Unwell drop-after-commit' })
    expect((await admin.applications(made.odsInstanceId ?? 0)).map(({ enabled }) => enabled)).to.deep.equal([true])
  })
})
