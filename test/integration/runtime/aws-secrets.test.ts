import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { isFailure } from '@edfi-tenants/core'
import { createSecretResolver } from '@edfi-tenants/runtime'
import { expect } from 'chai'
import { freePort } from '../../../scripts/services/free-port.js'

const use = { host: 'h', port: 5432, username: 'u', databaseEngine: 'PostgreSql', verified: false }
const region = 'eu-west-1'

describe('Passwords in AWS Secrets Manager', function () {
  this.timeout(60_000)
  let server: ChildProcess | undefined
  let endpoint: string
  let client: SecretsManagerClient
  const saved = { ...process.env }

  const resolver = (prefix = 'edfi/') =>
    createSecretResolver({ env: {}, secretFilesDir: undefined, awsSecrets: { prefix, region, endpoint } })
  const failureOf = async (reference: string, read = resolver()) => {
    const error: unknown = await read(reference, use).catch((reason: unknown) => reason)
    if (!isFailure(error)) throw new Error(`${reference} was resolved`)
    return error
  }

  before(async function () {
    if (spawnSync('moto_server', ['--help']).status !== 0) {
      console.warn('      skipped: needs moto_server on the PATH (pip install "moto[server]")')
      this.skip()
    }
    // As an operator gives them: the SDK finds them by itself.
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
    const port = await freePort()
    endpoint = `http://127.0.0.1:${port}`
    // Taken as a group: the shim on the PATH is a shell script in front of the real process.
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', detached: true })
    client = new SecretsManagerClient({ region, endpoint, maxAttempts: 1 })
    const secrets = {
      'edfi/plain': 'hunter2',
      'edfi/json': '{"username":"tenant_admin","password":"p\\u0022w","port":5432,"empty":""}',
      'other/plain': 'hunter2',
    }
    for (const [Name, SecretString] of Object.entries(secrets))
      await until(() => client.send(new CreateSecretCommand({ Name, SecretString })))
  })
  after(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])
      if (saved[name] === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = saved[name]
    client.destroy()
    if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL')
  })

  it('are read as they are, or as a field of a JSON object', async () => {
    expect(await resolver()('aws-secret:edfi/plain', use)).to.equal('hunter2')
    expect(await resolver()('aws-secret:edfi/json#password', use)).to.equal('p"w')
  })

  it('are those under the prefix only, and it is never told what else there is', async () => {
    const references = [
      'other/plain',
      'edfi/missing',
      'edfi/json#nothing',
      'edfi/json#port',
      'edfi/json#empty',
      'edfi/json#__proto__',
      'edfi/plain#password',
      '#password',
    ]
    const failures = await Promise.all(references.map((reference) => failureOf(`aws-secret:${reference}`)))
    for (const failure of failures) expect(failure).to.include({ code: 'secret_unavailable', retryable: false })
    expect(new Set(failures.map(({ message }) => message))).to.have.property('size', 1)
    expect(failures[0]?.message).not.to.contain('hunter2')
  })

  it('are kept for a moment, and read anew after a refused login, so that a rotation needs no restart', async () => {
    const read = resolver()
    const SecretId = 'edfi/plain'
    expect(await read('aws-secret:edfi/plain', use)).to.equal('hunter2')
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'rotated' }))
    expect(await read('aws-secret:edfi/plain', use)).to.equal('hunter2')
    const both = [
      read('aws-secret:edfi/plain', { ...use, fresh: true }),
      // Who asks at the same time gets the new one too.
      read('aws-secret:edfi/plain', use),
    ]
    expect(await Promise.all(both)).to.deep.equal(['rotated', 'rotated'])
  })

  it('are asked for again later when the service does not answer, and what failed is not kept', async () => {
    const port = await freePort()
    const read = createSecretResolver({
      env: {},
      secretFilesDir: undefined,
      awsSecrets: { prefix: 'edfi/', region, endpoint: `http://127.0.0.1:${port}` },
    })
    expect(await failureOf('aws-secret:edfi/plain', read)).to.include({ code: 'secret_unavailable', retryable: true })
  })
})

/** The server needs a few seconds to start. */
async function until(work: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
