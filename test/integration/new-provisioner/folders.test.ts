import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Failure } from '@edfi-tenants/core'
import { isFailure } from '@edfi-tenants/core'
import type { CreateDatabase, Provisioner, Server } from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const example = fileURLToPath(new URL('../../../docs/examples/provisioner-folders/', import.meta.url))
const admin = { username: 'admin', password: 'a' }
const shared = { username: 'ods_api', password: 'b' }

describe('the worked example, killed anywhere', function () {
  this.timeout(60_000)
  let root: string
  let server: Server
  let provisioner: Provisioner
  before(async () => {
    root = mkdtempSync(path.join(os.tmpdir(), 'folders-killed-'))
    server = { id: 's', name: 's', settings: { root }, credentials: admin }
    const { makeServer } = (await import(path.join(example, 'make-server.js'))) as {
      makeServer: (root: string, wished: object) => Promise<void>
    }
    await makeServer(root, { admin, shared, template: 'template' })
    ;({ provisioner } = (await import(path.join(example, 'index.js'))) as { provisioner: Provisioner })
  })
  after(() => rmSync(root, { recursive: true }))

  const operation = { signal: new AbortController().signal, fence: () => Promise.resolve(), progress: () => undefined }
  const request = (databaseName: string, instanceId: string, epoch: number): CreateDatabase => ({
    databaseName,
    owner: { installationId: 'installation', instanceId, epoch },
    source: { kind: 'template', name: 'minimal', template: 'template' },
    login: { ...shared, own: false },
  })
  const namesOf = async () => (await provisioner.listDatabases(server, operation)).map(({ name }) => name)

  /** Begins a create in a process that has the lock, and gives it when it stands before its effect of this number. */
  async function createIn(wanted: CreateDatabase, effect: number) {
    const program = `
      import { provisioner } from ${JSON.stringify(pathToFileURL(path.join(example, 'index.js')).href)}
      let effects = 0
      const fence = async () => {
        if (++effects < ${effect}) return
        process.stdout.write('there')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      }
      const operation = { signal: new AbortController().signal, fence, progress: () => undefined }
      await provisioner.createDatabase(${JSON.stringify(server)}, ${JSON.stringify(wanted)}, operation)
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return {
      async kill() {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      },
    }
  }

  it('frees its lock with the process, and finishes what that had begun', async () => {
    for (const effect of [1, 2, 3, 4]) {
      const [name, instanceId] = [`Killed_${effect}`, randomUUID()]
      const running = await createIn(request(name, instanceId, 1), effect)
      const abort = new AbortController()
      const waiting = provisioner
        .createDatabase(server, request(name, instanceId, 2), { ...operation, signal: abort.signal })
        .catch((error: unknown) => (error as Failure).code)
      setTimeout(() => abort.abort(), 150)
      expect(await waiting, 'nobody else while it lives').to.equal('job_cancelled')
      await running.kill()
      const made = await provisioner.createDatabase(server, request(name, instanceId, 2), operation)
      expect(made.created).to.equal('now')
      expect((await namesOf()).filter((each) => each.includes(instanceId))).to.deep.equal([])
    }
  })

  it('takes a name that somebody died with, and not one that somebody is about to use', async () => {
    const [other, mine] = [randomUUID(), randomUUID()]
    symlinkSync(path.join('.data', `${other}.${randomUUID()}`), path.join(root, 'Wanted'), 'junction')
    expect(await namesOf(), 'a name that leads nowhere is no database').to.not.include('Wanted')
    const running = await createIn(request('Elsewhere', other, 1), 1)
    const refused: unknown = await provisioner.createDatabase(server, request('Wanted', mine, 1), operation).then(
      () => expect.fail('took it'),
      (error: unknown) => error,
    )
    expect(isFailure(refused) && refused.code).to.equal('database_name_taken')
    await running.kill()
    await provisioner.createDatabase(server, request('Wanted', mine, 2), operation)
    expect(await namesOf()).to.include('Wanted')
  })
})
