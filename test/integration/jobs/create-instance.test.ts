import { expect } from 'chai'
import pg from 'pg'
import { startJobStack, type JobStack } from '../../support/job-stack.js'

const databases = async (url: string, like: string): Promise<string[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where datname like $1 order by 1',
    [like],
  )
  await client.end()
  return rows.map((row) => row.datname)
}

describe('creating an instance', function () {
  this.timeout(120_000)
  let stack: JobStack
  before(async () => {
    stack = await startJobStack()
    stack.startWorker()
  })
  after(() => stack.close())

  it('ends active, with a verified database and a registration that reads back', async () => {
    const answer = await stack.create({
      name: 'First 2026',
      contexts: { schoolYearFromRoute: '2026' },
      labels: { district: '255901' },
    })
    expect(answer.status).to.equal(202)
    const job = await stack.waitForJob(answer.job.id)
    expect(job.error).to.equal(null)
    expect(job).to.include({ status: 'succeeded', progress: 100, needsSlot: false })
    expect(job.steps.map((step) => [step.name, step.status])).to.deep.equal([
      ['reserve-name', 'succeeded'],
      ['create-database', 'succeeded'],
      ['seed', 'skipped'],
      ['verify-database', 'succeeded'],
      ['register', 'succeeded'],
      ['verify-registration', 'succeeded'],
      ['notify-ods-api', 'succeeded'],
      ['issue-credentials', 'skipped'],
      ['run-hooks', 'skipped'],
    ])
    const instance = await stack.instance(answer.instance.id)
    expect(instance).to.include({ status: 'active', odsVersion: '7.3', dataStandard: '5.2', activeJobId: null })
    expect(instance.odsInstanceId).to.be.a('number')
    expect(await databases(stack.serverUrl, instance.databaseName)).to.deep.equal([instance.databaseName])
  })

  it('answers the same request with the same instance, and another one with the fields that differ', async () => {
    const first = await stack.create({ name: 'Twice', labels: { a: '1' } })
    const again = await stack.create({ name: 'Twice', labels: { a: '1' } })
    expect(again).to.include({ created: false })
    expect(again.job.id).to.equal(first.job.id)
    await stack.waitForJob(first.job.id)
    expect((await stack.create({ name: 'Twice', labels: { a: '1' } })).status).to.equal(200)
    const refusal = await stack.create({ name: 'TWICE', labels: { a: '2' } }).catch((error: unknown) => error)
    expect(refusal).to.include({ code: 'instance_exists' })
    expect((refusal as { extensions: { fields: string[] } }).extensions.fields).to.deep.equal(['labels', 'name'])
  })

  it('leaves nothing behind when Admin API refuses', async () => {
    stack.simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'status', status: 400 }])
    const { job, instance } = await stack.create({ name: 'Refused' })
    const ended = await stack.waitForJob(job.id)
    stack.simulator.setFaults([])
    expect(ended.status).to.equal('failed')
    expect(ended.error).to.include({ code: 'admin_api_refused' })
    expect(ended.outcome).to.deep.include({ instanceUsable: false, compensation: 'done', leftovers: [] })
    expect(ended.steps.map((step) => step.status)).to.deep.equal([
      'undone',
      'undone',
      'skipped',
      'undone',
      'failed',
      'pending',
      'pending',
      'pending',
      'pending',
    ])
    expect(await databases(stack.serverUrl, instance.databaseName)).to.deep.equal([])
    expect(await stack.instance(instance.id)).to.include({ status: 'failed', nameHeld: false })
  })

  it('waits while Admin API is unwell, and finishes when it is back', async () => {
    stack.simulator.setFaults([{ pathPattern: '/v2/', kind: 'status', status: 500 }])
    const { job } = await stack.create({ name: 'Patient' })
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    stack.simulator.setFaults([])
    const ended = await stack.waitForJob(job.id)
    expect(ended.status).to.equal('succeeded')
    expect(ended.steps[0]?.attempts).to.be.greaterThan(1)
  })

  it('registers once although the answer to the POST was lost', async () => {
    stack.simulator.setFaults([
      { method: 'POST', pathPattern: '/v2/odsInstances', kind: 'drop-after-commit', times: 1 },
    ])
    const { job, instance } = await stack.create({ name: 'Lost answer' })
    const ended = await stack.waitForJob(job.id)
    expect(ended.status).to.equal('succeeded')
    expect((await stack.instance(instance.id)).odsInstanceId).to.be.a('number')
  })

  it('fails with the template’s name when the template is missing', async () => {
    const { job } = await stack.create({ name: 'From nowhere', template: 'missing' })
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.include({ code: 'template_missing' })
  })

  it('can be cancelled, and then leaves nothing', async () => {
    stack.simulator.setFaults([{ method: 'POST', pathPattern: '/v2/odsInstances', kind: 'status', status: 500 }])
    const { job, instance } = await stack.create({ name: 'Cancelled' })
    const { cancelJob } = await import('@edfi-tenants/jobs')
    const { origin } = await import('../../support/job-stack.js')
    for (let tries = 0; (await databases(stack.serverUrl, instance.databaseName)).length === 0 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await cancelJob(stack.store.database, job, origin)
    stack.simulator.setFaults([])
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    expect(ended.status).to.equal('cancelled')
    expect(await databases(stack.serverUrl, instance.databaseName)).to.deep.equal([])
  })
})
