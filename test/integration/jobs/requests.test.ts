import { createTenant, readEnvironment, readInstance, readJob } from '@edfi-tenants/store'
import { cancelJob, requestCreateInstance, requestInstanceUpdate } from '@edfi-tenants/jobs'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'

describe('requests for jobs, with no worker there', function () {
  this.timeout(60_000)
  let stack: JobStack
  before(async () => {
    stack = await startJobStack()
    const environment = await readEnvironment(stack.store, 'default')
    // Another tenant of ours that shares the Admin API tenant, and so the names registered there.
    await createTenant(stack.store, {
      name: 'neighbour',
      displayName: null,
      environmentId: environment?.id ?? '',
      adminTenant: 'district-one',
      defaultServer: null,
      defaultTemplate: null,
      defaultInstanceType: null,
      databaseNamePattern: null,
      maxInstances: 1,
    })
  })
  after(() => stack.close())

  const refusal = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)

  it('answer with the rows exactly as they were written', async () => {
    const { job, instance } = await requestCreateInstance(stack.store, {
      ...origin,
      body: {
        tenant: 'District-One',
        name: 'As written',
        labels: { a: 'b' },
        contexts: { schoolYearFromRoute: '2026' },
      },
      reservedDatabaseNames: [],
    })
    expect(job).to.deep.equal(await readJob(stack.store.database, job.id, '*'))
    expect(instance).to.deep.equal(await readInstance(stack.store.database, instance.id, '*'))
    expect(instance.tenant).to.equal('district-one')
  })

  it('tell a neighbour who shares the Admin API tenant only that a name is taken', async () => {
    await stack.create({ name: 'Shared name' })
    const bound = { ...origin, actor: { ...origin.actor, tenants: ['neighbour'] } }
    const request = { ...bound, body: { tenant: 'neighbour', name: 'Shared name' }, reservedDatabaseNames: [] }
    const failure = (await refusal(requestCreateInstance(stack.store, request))) as { code: string; extensions: object }
    expect(failure.code).to.equal('name_taken')
    expect(failure.extensions).to.deep.equal({})
  })

  it('do not know a tenant outside the bound', async () => {
    const bound = { ...origin, actor: { ...origin.actor, tenants: ['neighbour'] } }
    const outside = await refusal(
      requestCreateInstance(stack.store, {
        ...bound,
        body: { tenant: 'district-one', name: 'x' },
        reservedDatabaseNames: [],
      }),
    )
    const missing = await refusal(
      requestCreateInstance(stack.store, {
        ...bound,
        body: { tenant: 'nowhere', name: 'x' },
        reservedDatabaseNames: [],
      }),
    )
    expect(outside).to.include({ code: 'unknown_tenant' })
    expect(missing).to.include({ code: 'unknown_tenant' })
  })

  it('stop at the limit of a tenant, and still answer for what exists', async () => {
    const first = await stack.create({ tenant: 'neighbour', name: 'Only one' })
    expect(await refusal(stack.create({ tenant: 'neighbour', name: 'One more' }))).to.include({
      code: 'instance_limit_reached',
    })
    const again = await stack.create({ tenant: 'neighbour', name: 'Only one' })
    expect(again.job.id).to.equal(first.job.id)
  })

  it('keep two instances from having one database', async () => {
    await stack.create({ name: 'First owner', databaseName: 'One_database' })
    const second = await refusal(stack.create({ name: 'Second owner', databaseName: 'one_DATABASE' }))
    expect(second).to.include({ code: 'database_name_taken' })
  })

  it('name the job in the way when an instance is busy', async () => {
    const { instance, job } = await stack.create({ name: 'Busy' })
    const failure = await refusal(
      requestInstanceUpdate(stack.store.database, instance, { instanceType: 'other' }, origin),
    )
    expect(failure).to.include({ code: 'instance_busy' })
    expect((failure as { extensions: { job: { id: string } } }).extensions.job.id).to.equal(job.id)
  })

  it('end a job that never began, once a worker is there, without waiting for a slot', async () => {
    const { job, instance } = await stack.create({ name: 'Never begun' })
    await cancelJob(stack.store.database, job, origin)
    const worker = stack.startWorker()
    const ended = await stack.waitForJob(job.id)
    await worker.stop()
    expect(ended.status).to.equal('cancelled')
    expect(ended.steps.every((step) => step.status === 'pending')).to.equal(true)
    expect(await stack.instance(instance.id)).to.include({ status: 'failed', nameHeld: false })
  })
})
