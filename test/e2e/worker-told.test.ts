import { setTimeout as pause } from 'node:timers/promises'
import { changeRecords, readEnvironment, readJob, updateEnvironment } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { longTest } from '../support/long-test.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

describe('what a worker tells of its work', function () {
  this.timeout(60_000)
  let stack: JobStack
  let worker: WorkerProcess
  let said = ''

  before(async () => {
    stack = await startJobStack()
    const environment = {
      ...stack.workerEnvironment,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      METRICS_PORT: '0',
      LEASE_SECONDS: '2',
    }
    worker = startWorkerProcess(environment, (text) => (said += text))
  })
  after(async () => {
    await worker.stop()
    await stack.close()
  })

  const lines = () =>
    said
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  async function lineWith(fields: object): Promise<Record<string, unknown>> {
    for (;;) {
      const found = lines().find((line) => Object.entries(fields).every(([name, value]) => line[name] === value))
      if (found) return found
      await pause(50)
    }
  }

  it('says of each job what it is, whose, and who asked for it, and never a secret', async () => {
    const { job, instance } = await stack.create({ name: 'Told' })
    await stack.waitForJob(job.id)
    const failing = await stack.create({ name: 'Told too', template: 'missing' })
    expect((await stack.waitForJob(failing.job.id)).status).to.equal('failed')

    const about = { type: 'instance.create', tenant: 'district-one', requestId: 'test-request' }
    expect(await lineWith({ job: job.id, status: 'succeeded' })).to.include({
      ...about,
      service: 'worker',
      level: 'info',
      instance: instance.id,
    })
    expect(await lineWith({ job: failing.job.id, status: 'failed' })).to.include({ ...about, code: 'template_missing' })
    for (const line of lines().filter((each) => each['job'] !== undefined)) expect(line).to.include(about)

    const { password } = new URL(stack.serverUrl)
    const secrets = [password, stack.workerEnvironment['ENCRYPTION_KEYS']?.split(':')[1] ?? '', stack.adminApiSecret]
    for (const secret of secrets.filter((each) => each.length > 3)) expect(said).not.to.contain(secret)
  })

  it('says of what goes wrong within a step which step it was, and which try of it', async () => {
    const password = 'never-to-be-told'
    const lead = (channel: object | null) =>
      changeRecords(stack.store, async (records) => {
        const { id } = (await readEnvironment(records, 'default')) ?? { id: '' }
        const odsApi = { baseUrl: 'https://ods.example.org', ...(channel ? { notifications: channel } : {}) }
        const notificationsUrl = channel ? `redis://:${password}@127.0.0.1:1` : null
        await updateEnvironment(records, id, { odsApi, notificationsUrl } as Parameters<typeof updateEnvironment>[2])
      })
    await lead({ channel: 'nobody' })
    const { job, instance } = await stack.create({ name: 'Told to nobody' })
    await lineWith({ job: job.id, status: 'succeeded' })
    await lead(null)
    expect(await lineWith({ message: 'ODS/API could not be notified' })).to.deep.include({
      service: 'worker',
      job: job.id,
      type: 'instance.create',
      tenant: 'district-one',
      instance: instance.id,
      requestId: 'test-request',
      step: 'notify-ods-api',
      attempt: 1,
      direction: 'forward',
    })
    expect(said).not.to.contain(password)
  })

  it('counts jobs, steps and calls of Admin API, by few labels', async () => {
    const { metricsPort } = await lineWith({ message: 'Metrics are served' })
    const address = `http://127.0.0.1:${String(metricsPort)}`
    const answer = await fetch(`${address}/metrics`)
    const text = await answer.text()
    expect(answer.headers.get('content-type')).to.match(/^text\/plain/)
    const value = (name: string, labels: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`edfi_tenants_${name}{${labels}`))
      return Number(line?.split(' ').at(-1))
    }
    expect(value('job_duration_seconds_count', 'type="instance.create",status="succeeded"')).to.equal(2)
    expect(value('job_duration_seconds_count', 'type="instance.create",status="failed"')).to.equal(1)
    expect(value('step_duration_seconds_count', 'step="register",direction="forward",outcome="succeeded"')).to.equal(2)
    expect(
      value('step_duration_seconds_count', 'step="create-database",direction="forward",outcome="failed"'),
    ).to.equal(1)
    expect(value('job_ring_lag_seconds_count', 'type="instance.create"')).to.be.at.least(2)
    expect(
      value('admin_api_request_duration_seconds_count', 'method="POST",path="/v2/odsInstances",status="2xx"'),
    ).to.equal(2)
    expect(value('job_wait_seconds_count', 'type="instance.create"')).to.be.at.least(3)
    expect(value('job_repairs_total', 'kind="lease_ended"')).to.equal(0)
    expect(text).to.contain('edfi_tenants_worker_jobs_running 0')
    expect(text).not.to.match(/district-one|Told|[0-9a-f]{8}-[0-9a-f]{4}-/)
    expect((await fetch(`${address}/`)).status).to.equal(404)
  })

  longTest('counts a job that died with its worker as a repair', async () => {
    const { job } = await stack.create({ name: 'Told of the dead' })
    while ((await readJob(stack.store.database, job.id, '*'))?.status !== 'running') await pause(2)
    await worker.kill()
    // It was due long ago, but somebody had it since: that is not waiting.
    await stack.store.database.query(`UPDATE jobs SET next_run_at = now() - interval '1 hour' WHERE id = $1`, [job.id])
    said = ''
    worker.start()
    const { metricsPort } = await lineWith({ message: 'Metrics are served' })
    expect((await stack.waitForJob(job.id)).status).to.equal('succeeded')
    const text = await (await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`)).text()
    const counted = Number(/edfi_tenants_job_repairs_total\{kind="lease_ended"\} (\d+)/.exec(text)?.[1])
    const waited = Number(/edfi_tenants_job_wait_seconds_sum\{[^}]*\} ([\d.]+)/.exec(text)?.[1])
    expect(waited).to.be.within(0, 600)
    // Whoever looks first finds it: the worker, or the ringer of this process.
    const found = stack.repairs.filter((kind) => kind === 'lease_ended').length
    expect(counted + found).to.equal(1)
  })
})
