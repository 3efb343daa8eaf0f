import { requestInstanceUpdate } from '@edfi-tenants/jobs'
import { changeRecords, openRegisteredString, readEnvironment, updateEnvironment } from '@edfi-tenants/store'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { redisOrSkip } from '../../support/redis.js'

describe('telling ODS/API about a change', function () {
  this.timeout(60_000)
  let stack: JobStack
  const channel = `ed-fi-ods-api-jobs-${process.pid}`
  before(async () => {
    stack = await startJobStack()
    stack.startWorker({ settings: { odsApiCacheSeconds: 300 } })
  })
  after(() => stack.close())

  /** Leads the environment's notifications to a Redis; null: nowhere. */
  const notifyAt = (url: string | null) =>
    changeRecords(stack.store, async (records) => {
      const environment = await readEnvironment(records, 'default')
      if (!environment) throw new Error('There is no environment.')
      const odsApi = { baseUrl: 'https://ods.example.org', ...(url === null ? {} : { notifications: { channel } }) }
      await updateEnvironment(records, environment.id, { odsApi, notificationsUrl: url })
    })
  const notifyStep = async (jobId: string) => {
    const job = await stack.waitForJob(jobId)
    expect(job.error).to.equal(null)
    return job.steps.find(({ name }) => name === 'notify-ods-api')
  }

  it('says when ODS/API learns by itself, where no notifications are configured', async () => {
    const step = await notifyStep((await stack.create({ name: 'Quiet' })).job.id)
    expect(step).to.include({ status: 'succeeded', detail: 'not configured: ODS/API learns within 5 minutes' })
    expect(step?.output).to.include({ published: false }).and.have.property('at').that.matches(/Z$/)
  })

  it('publishes after a creation and after a change of contexts', async function () {
    const { url } = await redisOrSkip(this)
    await notifyAt(url)
    const heard: string[] = []
    const node = new Redis(url)
    node.on('message', (_, message: string) => heard.push(message))
    await node.subscribe(channel)
    try {
      const { job, instance } = await stack.create({ name: 'Loud' })
      const step = await notifyStep(job.id)
      expect(step).to.include({ status: 'succeeded', detail: 'published, 1 subscriber' })
      expect(step?.output).to.include({ published: true })
      const change = { contexts: { schoolYearFromRoute: '2027' } }
      const row = await stack.instance(instance.id)
      const update = await requestInstanceUpdate(stack.store.database, row, change, origin)
      stack.ringer.request()
      expect(await notifyStep(update.id)).to.include({ detail: 'published, 1 subscriber' })
      const message = '{"type":"expire-cache","data":{"cacheType":"ods-instances"}}'
      expect(heard).to.deep.equal([message, message])
    } finally {
      node.disconnect()
    }
  })

  it('lets no job fail because Redis is away', async () => {
    await notifyAt('redis://127.0.0.1:1')
    const step = await notifyStep((await stack.create({ name: 'Cut off' })).job.id)
    expect(step).to.include({ status: 'succeeded', detail: 'unreachable: ODS/API learns within 5 minutes' })
    await notifyAt(null)
  })

  it('keeps the connection string that was registered, sealed, until the registration is undone', async () => {
    const { job, instance } = await stack.create({ name: 'Kept' })
    await stack.waitForJob(job.id)
    const row = await stack.instance(instance.id)
    expect(row.registeredString).to.be.a('string').and.not.contain(row.databaseName)
    const text = openRegisteredString(stack.store.sealer, row.id, row.registeredString ?? '')
    expect(text).to.contain(row.databaseName).and.contain(row.loginName)
    stack.simulator.setFaults([{ method: 'PUT', pathPattern: '/v2/odsInstances/', kind: 'status', status: 400 }])
    const undone = await stack.create({ name: 'Not kept' })
    const ended = await stack.waitForJob(undone.job.id)
    stack.simulator.setFaults([])
    expect(ended).to.include({ status: 'failed' })
    expect(await stack.instance(undone.instance.id)).to.include({ odsInstanceId: null, registeredString: null })
  })
})
