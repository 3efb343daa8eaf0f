import type { ContainerHookSettings } from '@edfi-tenants/core'
import { changeRecords, readEnvironment, writeHooks } from '@edfi-tenants/store'
import { expect } from 'chai'
import Docker from 'dockerode'
import { startJobStack, type JobStack } from '../../support/job-stack.js'
import { createActive, failingAfter, lifeOf, onlyWorkerOf } from './life-stack.js'

const socket = '/var/run/docker.sock'
const image = 'redis:8'

describe('the container hook, against a real Docker engine', function () {
  this.timeout(180_000)
  const docker = new Docker({ socketPath: socket })
  let stack: JobStack
  let isSkipped = false
  let worker: ReturnType<typeof onlyWorkerOf>
  const allowing = (images: string[]) => ({
    hooks: { engines: [{ name: 'default', url: `unix://${socket}` }], images, networks: [] },
  })

  before(async function () {
    try {
      await docker.getImage(image).inspect()
    } catch {
      console.log(`      skipped: there is no Docker engine at ${socket}, or it does not have the image ${image}`)
      isSkipped = true
      this.skip()
    }
    stack = await startJobStack()
    worker = onlyWorkerOf(stack)
    await worker.replace(allowing(['redis:*']))
  })
  after(async () => {
    if (isSkipped) return
    const filters = { label: [`org.ed-fi.tenants.installation=${stack.store.installationId}`] }
    for (const { Id } of await docker.listContainers({ all: true, filters }))
      await docker.getContainer(Id).remove({ force: true })
    await stack.close()
  })

  const setHook = (container: Partial<ContainerHookSettings>, environment: Record<string, string> = {}) =>
    changeRecords(stack.store, async (records) => {
      const row = await readEnvironment(records, 'default')
      if (!row) throw new Error('There is no environment.')
      const settings: ContainerHookSettings = {
        engine: 'default',
        image,
        environment: {},
        secretNames: Object.keys(environment),
        ports: [{ container: 6379 }],
        network: null,
        command: null,
        labels: {},
        restart: 'no',
        pull: 'never',
        healthTimeoutMs: 20_000,
        ...container,
      }
      const hook = {
        name: 'Sidecar',
        events: ['afterRegister' as const, 'afterStart' as const, 'afterStop' as const, 'beforeUnregister' as const],
        required: true,
        retryForSeconds: 0,
        container: settings,
      }
      await writeHooks(records, { table: 'environments', id: row.id }, [{ hook, secrets: { environment } }])
    })
  const inspect = (number: number) =>
    docker
      .getContainer(`tm-${number}-sidecar`)
      .inspect()
      .catch((error: unknown) => {
        if ((error as { statusCode?: number }).statusCode === 404) return null
        throw error
      })

  it('keeps a container beside an instance as it comes, stops, starts, is renamed and goes', async () => {
    const life = lifeOf(stack)
    await setHook(
      { environment: { NAME: '{{instance.name}} of {{tenant}}', YEAR: '{{contexts.schoolYearFromRoute}}' } },
      { ODS: '{{connectionString}}' },
    )
    const row = await createActive(stack, 'Beside')
    const first = await inspect(row.number)
    expect(first?.State.Running).to.equal(true)
    expect(first?.Config.Env).to.include.members(['NAME=Beside of district-one', 'YEAR=Beside'])
    expect(first?.Config.Env.find((each) => each.startsWith('ODS='))).to.contain(row.databaseName)
    expect(first?.HostConfig).to.deep.include({ Privileged: false, Binds: null, NetworkMode: 'bridge' })
    expect(first?.HostConfig.SecurityOpt).to.deep.equal(['no-new-privileges:true'])
    const [published] = first?.NetworkSettings.Ports['6379/tcp'] ?? []
    expect(published?.HostIp).to.equal('127.0.0.1')
    const kept = JSON.stringify(
      await stack.store.database.query('SELECT j.*, s.* FROM jobs j JOIN job_steps s ON s.job_id = j.id'),
    )
    expect(kept).not.to.match(/host=[^"]*password=/i)

    await life.done(life.stop(row))
    expect((await inspect(row.number))?.State.Running).to.equal(false)
    await life.done(life.start(row))
    const again = await inspect(row.number)
    expect(again?.State.Running).to.equal(true)
    expect(again?.Id, 'nothing has changed, so it is the same').to.equal(first?.Id)

    await life.done(life.rename(row, { name: 'Beside it' }))
    const renamed = await inspect(row.number)
    expect(renamed?.Id, 'its values are others').not.to.equal(first?.Id)
    expect(renamed?.Config.Env).to.include('NAME=Beside it of district-one')

    await life.done(life.delete({ id: row.id, name: 'Beside it' }))
    expect(await inspect(row.number)).to.equal(null)
    await life.done(life.undelete(row))
    expect((await inspect(row.number))?.State.Running).to.equal(true)
  })

  it('undoes the creation when the container does not stay up, and leaves none behind', async () => {
    await setHook({ command: ['sh', '-c', 'exit 3'] })
    const { job, instance } = await stack.create({ name: 'Falls' })
    const ended = await stack.waitForJob(job.id)
    expect(ended.error?.detail).to.match(/ended with code 3/)
    expect(ended.outcome?.compensation).to.equal('done')
    expect(await inspect(instance.number)).to.equal(null)
  })

  it('takes a container up again that a worker had begun', async () => {
    await setHook({})
    await worker.stop()
    worker.start({ ...allowing(['redis:*']), definitions: failingAfter('instance.create', 'run-hooks') })
    const { job, instance } = await stack.create({ name: 'Twice' })
    expect((await stack.waitForJob(job.id)).status).to.equal('failed')
    expect(await inspect(instance.number), 'undo takes it away').to.equal(null)
    await worker.replace(allowing(['redis:*']))
  })

  it('touches no container of somebody else that has the name', async () => {
    const { last } = (
      await stack.store.database.query<{ last: number }>('SELECT max(number)::integer AS last FROM instances')
    )[0] ?? { last: 0 }
    const foreign = await docker.createContainer({ Image: image, name: `tm-${last + 1}-sidecar` })
    try {
      const { job } = await stack.create({ name: 'Foreign' })
      const ended = await stack.waitForJob(job.id)
      expect(ended.error).to.include({ code: 'hook_refused' })
      expect(ended.error?.detail).to.contain('not ours')
      expect((await foreign.inspect()).State.Status).to.equal('created')
    } finally {
      await foreign.remove({ force: true })
    }
  })

  it('makes nothing of an image, a network or an engine that the operator has not allowed', async () => {
    for (const [settings, word] of [
      [{ image: 'postgres:17' }, 'HOOK_IMAGES_ALLOWED'],
      [{ network: 'others' }, 'HOOK_NETWORKS_ALLOWED'],
      [{ engine: 'elsewhere' }, 'HOOK_DOCKER_ENGINES'],
    ] as const) {
      await setHook(settings)
      const { job } = await stack.create({ name: `No ${word}` })
      const ended = await stack.waitForJob(job.id)
      expect(ended.error).to.include({ code: 'hook_refused' })
      expect(ended.error?.detail).to.contain(word)
      expect(ended.outcome?.compensation).to.equal('done')
    }
  })
})
