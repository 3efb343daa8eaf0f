import { randomUUID } from 'node:crypto'
import { createSecretResolver } from '@edfi-tenants/runtime'
import { defineJob, defineStep, jobCatalogue, type JobDefinition, type StepContext } from '@edfi-tenants/jobs'
import { insertWork, readServer, updateServer } from '@edfi-tenants/store'
import { expect } from 'chai'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { startJobStack, type JobStack } from '../../support/job-stack.js'

describe('a password that is rotated while a job runs', function () {
  this.timeout(60_000)
  const role = `rotated_${randomUUID().slice(0, 8)}`
  const env: Record<string, string> = { TM_SECRET_ADMIN: 'first' }
  let stack: JobStack
  let serverId: string

  const onServer = async (statement: string) => {
    const client = new Client({ connectionString: stack.serverUrl })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }
  const setPassword = (password: string) =>
    onServer(`alter role ${escapeIdentifier(role)} password ${escapeLiteral(password)}`)

  before(async () => {
    stack = await startJobStack()
    await onServer(`create role ${escapeIdentifier(role)} login createdb password 'first'`)
    serverId = (await readServer(stack.store, 'local'))?.id ?? ''
  })
  after(async () => {
    await onServer(`drop role if exists ${escapeIdentifier(role)}`)
    await stack.close()
  })

  const useLogin = (login: { password: string | null; passwordFrom: string | null }) =>
    updateServer(stack.store, serverId, { credentials: { username: role, ...login } })

  async function run(definition: JobDefinition) {
    const id = randomUUID()
    await insertWork(stack.store.database, {
      jobs: [
        {
          id,
          type: definition.type,
          definitionVersion: definition.version,
          steps: definition.steps.map((step) => step.name),
          needsSlot: true,
          changing: false,
          priority: 0,
          tenant: 'district-one',
          instanceId: null,
          environmentId: null,
          serverId,
          engine: 'postgresql',
          workerPool: 'default',
          batchId: null,
          ref: null,
          parameters: {},
          requestedBy: 'test',
          onBehalfOf: null,
          requestId: null,
          traceContext: null,
        },
      ],
      audit: [],
    })
    const worker = stack.startWorker({
      definitions: new Map([...jobCatalogue, [definition.type, definition]]),
      readSecret: createSecretResolver({ env, secretFilesDir: undefined }),
    })
    stack.ringer.request()
    try {
      return await stack.waitForJob(id)
    } finally {
      await worker.stop()
    }
  }

  const list = async (context: StepContext) => {
    const { provisioner, server } = await context.database()
    await provisioner.listDatabases(server, context)
    return {}
  }

  it('costs the job a moment: the step that was refused is done again with the new one, without a restart', async () => {
    await useLogin({ password: null, passwordFrom: 'env:TM_SECRET_ADMIN' })
    const before = defineStep({ name: 'before', usesServer: true, run: list })
    let times = 0
    const rotate = defineStep({
      name: 'rotate',
      usesServer: true,
      run: async (context) => {
        if (times++ === 0) {
          await setPassword('second')
          // As with any rotation there is a time in which the server knows and the secret does not.
          setTimeout(() => Object.assign(env, { TM_SECRET_ADMIN: 'second' }), 1_500)
        }
        return list(context)
      },
    })
    const after = defineStep({ name: 'after', usesServer: true, run: list })
    const definition = defineJob({
      type: `test.${randomUUID().slice(0, 8)}`,
      version: 1,
      changing: false,
      steps: [before, rotate, after],
      pivot: null,
    })
    const ended = await run(definition)
    expect(ended.status, JSON.stringify(ended.error)).to.equal('succeeded')
    expect(ended.steps.map((step) => step.attempts)).to.deep.equal([1, times, 1])
    expect(times).to.be.greaterThan(1)
  })

  it('is not waited for where the password is on record: nobody else can change that', async () => {
    await useLogin({ password: 'wrong', passwordFrom: null })
    const step = defineStep({ name: 'list', usesServer: true, run: list })
    const definition = defineJob({
      type: `test.${randomUUID().slice(0, 8)}`,
      version: 1,
      changing: false,
      steps: [step],
      pivot: null,
    })
    const ended = await run(definition)
    expect(ended.error?.code).to.equal('server_login_failed')
    expect(ended.steps[0]?.attempts).to.equal(1)
  })
})
