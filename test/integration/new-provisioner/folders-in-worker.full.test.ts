import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { requestDelete } from '@edfi-tenants/jobs'
import { createServer, openRegisteredString, type JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, templateName, type JobStack } from '../../support/job-stack.js'
import { registrations } from '../../support/registrations.js'
import { startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js'

const example = fileURLToPath(new URL('../../../docs/examples/provisioner-folders/', import.meta.url))
const admin = { username: 'admin', password: 'Admin-Pass-77de' }
const shared = { username: 'ods_api', password: 'App;Pass-12ab' }

/** The worked example, but creating throws outside of any promise and never ends. */
const throwing = `
  import { provisioner as folders } from ${JSON.stringify(pathToFileURL(path.join(example, 'index.js')).href)}
  export const provisioner = {
    ...folders,
    manifest: { ...folders.manifest, name: 'throwing' },
    createDatabase: () => {
      setTimeout(() => { throw new Error('thrown by a driver') }, 200)
      return new Promise(() => {})
    },
  }
`

describe('a worker with provisioners that are not built in', function () {
  this.timeout(90_000)
  let folder: string
  let stack: JobStack
  let worker: WorkerProcess
  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'plugged-in-')))
    const { makeServer } = (await import(path.join(example, 'make-server.js'))) as {
      makeServer: (root: string, wished: object) => Promise<void>
    }
    await makeServer(path.join(folder, 'root'), { admin, shared, template: templateName })
    writeFileSync(path.join(folder, 'throwing.mjs'), throwing)
    stack = await startJobStack()
    worker = startWorkerProcess({
      ...stack.workerEnvironment,
      PROVISIONERS: `postgresql,./docs/examples/provisioner-folders/index.js,${folder}/throwing.mjs`,
      RETRY_FOR_SECONDS: '4',
      LOG_FORMAT: 'json',
    })
    for (const engine of ['folders', 'throwing'])
      await createServer(stack.store, {
        ...{ name: engine, engine, databaseEngine: 'PostgreSql', settings: { root: path.join(folder, 'root') } },
        registeredLogin: 'shared',
        templates: { minimal: templateName },
        ...{ tenants: [], maxConcurrency: 4, maxInstances: null, pool: null, workerPool: 'default' },
        credentials: { ...admin, passwordFrom: null },
        registeredCredentials: { ...shared, passwordFrom: null },
      })
  })
  after(async () => {
    await worker.stop()
    await stack.close()
    rmSync(folder, { recursive: true })
  })

  const create = (server: string, name: string) =>
    stack.create({ name, server, template: 'minimal', databaseName: `EdFi_${name}` })
  const succeeded = (job: JobRow) => {
    expect(job.error, JSON.stringify(job.steps)).to.equal(null)
    expect(job.status).to.equal('succeeded')
  }

  it('creates an instance in folders end to end, registers it, and deletes it again', async () => {
    const { job, instance } = await create('folders', 'in-folders')
    succeeded(await stack.waitForJob(job.id))
    const made = await stack.instance(instance.id)
    expect(made.status).to.equal('active')
    expect(await registrations(stack)).to.include('in-folders')
    expect(openRegisteredString(stack.store.sealer, instance.id, made.registeredString!)).to.equal(
      'host=localhost;port=5432;username=ods_api;password="App;Pass-12ab";database=EdFi_in-folders;',
    )
    const asked = await stack.store.database.transaction((database) =>
      requestDelete(
        database,
        instance.id,
        origin,
        {
          ...{ confirm: 'in-folders', archive: false, applications: 'refuse', purge: 'now' },
          acceptSameServer: true,
        },
        { allowDelete: true, maxDeletesPerHour: null },
      ),
    )
    stack.ringer.request()
    succeeded(await stack.waitForJob(asked.job.id))
  })

  it('goes on with other jobs when a plugin throws outside any promise; that one’s job fails with a clear code', async () => {
    const { pid } = worker
    const broken = await create('throwing', 'never-made')
    const others = []
    for (const name of ['meanwhile-1', 'meanwhile-2', 'meanwhile-3']) {
      others.push(await create('local', name))
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    for (const { job } of others) {
      const ended = await stack.waitForJob(job.id)
      succeeded(ended)
      expect(
        ended.steps.every(({ attempts }) => attempts <= 1),
        'at the first go',
      ).to.equal(true)
    }
    const failed = await stack.waitForJob(broken.job.id)
    expect(failed.status).to.equal('failed')
    expect(failed.error?.code).to.equal('provisioner_failed')
    expect(failed.error?.detail).to.not.include('thrown by a driver')
    expect(() => process.kill(pid, 0), 'the worker is the same').to.not.throw()
  })
})
