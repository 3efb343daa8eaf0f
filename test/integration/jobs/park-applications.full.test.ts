import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@edfi-tenants/core'
import {
  definitionKey,
  jobCatalogue,
  requestInstanceJob,
  type AskedApplication,
  type JobDefinition,
  type StepContext,
} from '@edfi-tenants/jobs'
import { listCredentials, openPool } from '@edfi-tenants/store'
import { expect } from 'chai'
import { oneAtATime } from '../../../packages/jobs/src/applications/one-at-a-time.js'
import { parkApplications } from '../../../packages/jobs/src/applications/park-applications.js'
import type { ParkedApplications, ParkMode } from '../../../packages/jobs/src/applications/parked.js'
import { purgeApplications } from '../../../packages/jobs/src/applications/purge-applications.js'
import { restoreApplications } from '../../../packages/jobs/src/applications/restore-applications.js'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { adminApiOf, type PlainAdminApi } from '../../support/plain-admin-api.js'

const own: AskedApplication = {
  applicationName: 'Own',
  vendor: {
    company: 'Sunny SIS',
    namespacePrefixes: [],
    contactName: 'Sam',
    contactEmailAddress: 'sam@sunny.example',
  },
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
}

describe('applications of an instance that is deleted', function () {
  this.timeout(120_000)
  let stack: JobStack
  let admin: PlainAdminApi
  /** What the step of the test's own job does. */
  let work: (context: StepContext) => Promise<unknown>
  let outcome: unknown
  const type = 'test.applications'
  const definition: JobDefinition = {
    type,
    version: 1,
    changing: true,
    pivot: null,
    steps: [
      {
        name: 'work',
        async run(context) {
          outcome = await work(context)
          return {}
        },
      },
    ],
  }

  before(async () => {
    stack = await startJobStack()
    stack.startWorker({ definitions: new Map([...jobCatalogue, [type, definition]]), retryForMs: 20_000 })
    admin = adminApiOf(stack.simulator, 'district-one')
    expect(definitionKey(definition)).to.equal('test.applications@1')
  })
  after(() => stack.close())
  afterEach(() => stack.simulator.setFaults([]))

  /** Runs something as the step of a job on the instance; gives back what it returns, or the job's problem. */
  async function inJob<Result>(instanceId: string, run: (context: StepContext) => Promise<Result>): Promise<Result> {
    work = run
    outcome = undefined
    const { job } = await stack.store.database.transaction((database) =>
      requestInstanceJob(database, definition, instanceId, origin),
    )
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    if (ended.status !== 'succeeded') throw Object.assign(new Error(ended.error?.detail ?? ''), ended.error)
    return outcome as Result
  }
  const park = (id: string, mode: ParkMode) =>
    inJob(id, (context) => parkApplications(context, mode)) as unknown as Promise<ParkedApplications>
  const restore = (id: string, parked: ParkedApplications) =>
    inJob(id, (context) => restoreApplications(context, parked as unknown as JsonObject))
  const purge = (id: string, parked: ParkedApplications | null, deleteForeign?: boolean) =>
    inJob(id, (context) =>
      purgeApplications(
        context,
        parked as unknown as JsonObject | null,
        deleteForeign === undefined ? {} : { deleteForeign },
      ),
    )

  const year = () => ({ schoolYearFromRoute: randomUUID().slice(0, 8) })
  async function create(applications: AskedApplication[] = [own]) {
    const { job, instance } = await stack.create({ name: `I ${randomUUID()}`, contexts: year(), applications })
    expect((await stack.waitForJob(job.id)).error).to.equal(null)
    const { id, odsInstanceId } = await stack.instance(instance.id)
    return { id, ods: odsInstanceId! }
  }
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => null,
      (error: unknown) => error as { code: string; applications: { applicationName: string }[] },
    )

  it('stop the deletion when they are not ours, and nothing is changed', async () => {
    const instance = await create()
    const foreign = await admin.addApplication('Foreign', [instance.ods])
    expect(await failure(park(instance.id, 'refuse'))).to.include({ code: 'applications_attached' })
    const states = await admin.applications(instance.ods)
    expect(states.map(({ enabled }) => enabled)).to.deep.equal([true, true])
    expect(states.map(({ id }) => id)).to.include(foreign)
  })

  it('are disabled where ours, detached where they serve others too, and come back exactly as they were', async () => {
    const other = await create([])
    const instance = await create()
    const shared = await admin.addApplication('Shared', [other.ods, instance.ods])
    const alone = await admin.addApplication('Alone', [instance.ods])
    const several = await admin.addApplication('Several', [other.ods])
    await admin.addClient(several, [other.ods, instance.ods])
    const before = await admin.allApplications()
    const [ours] = (await listCredentials(stack.store.database, instance.id)).map(({ applicationId }) => applicationId)

    const parked = await park(instance.id, 'detach')
    expect(await admin.application(ours!)).to.include({ enabled: false })
    expect((await admin.application(ours!)).odsInstanceIds).to.deep.equal([instance.ods])
    expect(await admin.application(shared)).to.deep.include({ enabled: true, odsInstanceIds: [other.ods] })
    expect(await admin.application(alone)).to.deep.include({ enabled: false, odsInstanceIds: [instance.ods] })
    expect((await admin.clients(several)).map(({ odsInstanceIds }) => odsInstanceIds)).to.deep.equal([
      [other.ods],
      [other.ods],
    ])
    expect(parked.detail).to.equal(
      'Credentials: 1 of ours disabled, 2 others detached, 1 others disabled, since they serve no other instance.',
    )

    for (let time = 0; time < 2; time++)
      expect((await restore(instance.id, parked)).detail).to.equal('Credentials work as before.')
    expect(await admin.allApplications()).to.deep.equal(before)
  })

  it('are parked rightly by a second try that does not see any more how they were', async () => {
    const instance = await create()
    stack.simulator.setFaults([{ method: 'PUT', pathPattern: '/v2/apiclients', kind: 'drop-after-commit', times: 3 }])
    const parked = await park(instance.id, 'refuse')
    expect(parked.entries.map(({ action, enabled }) => [action, enabled])).to.deep.equal([['disable', true]])
    const [application] = await admin.applications(instance.ods)
    expect(application).to.include({ enabled: false })
    await restore(instance.id, parked)
    expect(await admin.applications(instance.ods)).to.deep.equal([{ ...application, enabled: true }])
  })

  it('stay disabled where they were so before', async () => {
    const instance = await create([])
    const foreign = await admin.addApplication('Asleep', [instance.ods])
    const first = await park(instance.id, 'disable')
    expect(await admin.application(foreign)).to.include({ enabled: false })
    const second = await park(instance.id, 'disable')
    await restore(instance.id, second)
    expect(await admin.application(foreign)).to.include({ enabled: false })
    await restore(instance.id, first)
    expect(await admin.application(foreign)).to.include({ enabled: true })
  })

  it('are deleted only when that was asked for, which the way back says', async () => {
    const other = await create([])
    const instance = await create([])
    const alone = await admin.addApplication('Alone to delete', [instance.ods])
    const several = await admin.addApplication('Several to keep', [other.ods])
    const client = await admin.addClient(several, [instance.ods])
    const parked = await park(instance.id, 'delete')
    expect(await failure(admin.application(alone))).to.be.an('error')
    expect((await admin.clients(several)).map(({ id }) => id)).not.to.include(client)
    const { detail } = await restore(instance.id, parked)
    expect(detail).to.include('"Alone to delete", "Several to keep"')
    await purge(instance.id, parked)
    expect(await admin.applications(instance.ods)).to.deep.equal([])
  })

  it('are purged where ours; others with no other instance stand in the way until deleting them is asked for', async () => {
    const other = await create([])
    const instance = await create()
    const shared = await admin.addApplication('Shared at purge', [other.ods])
    await admin.addApplication('In the way', [instance.ods])
    const parked = await park(instance.id, 'disable')
    await admin.addClient(shared, [other.ods, instance.ods])
    const refusal = await failure(purge(instance.id, parked))
    expect(refusal).to.include({ code: 'applications_attached' })
    expect((await admin.applications(instance.ods)).map((each) => each.applicationName)).to.have.members([
      'Own',
      'In the way',
    ])
    expect((await admin.application(shared)).odsInstanceIds).to.deep.equal([other.ods])
    await purge(instance.id, parked, true)
    expect(await admin.applications(instance.ods)).to.deep.equal([])
    expect(await listCredentials(stack.store.database, instance.id)).to.deep.equal([])
    await inJob(instance.id, async ({ adminApi, signal }) =>
      (await adminApi()).deleteRegistration(instance.ods, { signal }),
    )
  })

  it('are not attached again to what could by now not be told from another instance', async () => {
    const other = await create([])
    const instance = await create([])
    const shared = await admin.addApplication('Taken meanwhile', [other.ods, instance.ods])
    const parked = await park(instance.id, 'detach')
    const contexts = (await stack.instance(other.id)).contexts
    await inJob(instance.id, async ({ save }) => save({ instance: { contexts } }))
    expect((await restore(instance.id, parked)).detail).to.include('Not attached again')
    expect((await admin.application(shared)).odsInstanceIds).to.deep.equal([other.ods])
  })

  it('are changed one at a time over processes; who waits holds no connection and gives up with its signal', async () => {
    const instance = await create([])
    const pools = [1, 2].map(() => openPool(stack.workerEnvironment['DATABASE_URL']!, { size: 1 }))
    const row = await stack.instance(instance.id)
    const contextOf = (index: number, signal: AbortSignal) => ({
      instance: row,
      environment: () => Promise.resolve({ multiTenant: true } as Awaited<ReturnType<StepContext['environment']>>),
      store: { ...stack.store, database: pools[index]! },
      signal,
    })
    const never = new AbortController().signal
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const order: string[] = []
    const first = oneAtATime(contextOf(0, never), 'application/1', async () => {
      order.push('first begins')
      await held
      order.push('first ends')
    })
    while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const impatient = AbortSignal.timeout(300)
    const givenUp = await failure(oneAtATime(contextOf(1, impatient), 'application/1', () => Promise.resolve()))
    expect(givenUp).to.be.an('error')
    const second = oneAtATime(contextOf(1, never), 'application/1', () => {
      order.push('second')
      return Promise.resolve()
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await pools[1]!.query('SELECT 1 AS free')).to.have.length(1)
    expect(order).to.deep.equal(['first begins'])
    release()
    await Promise.all([first, second])
    expect(order).to.deep.equal(['first begins', 'first ends', 'second'])
    await Promise.all(pools.map((pool) => pool.close()))
  })
})
