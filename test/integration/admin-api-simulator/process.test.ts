import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { connectionString, startClient } from './client.js'

const main = fileURLToPath(new URL('../../../apps/admin-api-simulator/dist/main.js', import.meta.url))

describe('Admin API simulator: data file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'simulator-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('finds its registrations, keys and tokens again after a restart', async () => {
    const dataFile = path.join(folder, 'state.json')
    const first = await startClient({ dataFile, multiTenant: true }, 't1')
    await Promise.all(['A', 'B', 'C', 'D', 'E'].map((name) => first.addInstance(name)))
    const saved = await readFile(dataFile, 'utf8')
    expect(saved, 'written before the answers, without the secret in clear').to.not.include('secret-password')
    for (const name of ['A', 'B', 'C', 'D', 'E']) expect(saved).to.include(`"name":"${name}"`)
    expect(await readdir(folder), 'no temporary file is left').to.deep.equal(['state.json'])
    await first.simulator.close()

    const second = await startClient({ dataFile, multiTenant: true }, 't1')
    const headers = { authorization: `Bearer ${first.token}` }
    expect((await second.call('GET', '/v2/odsInstances', undefined, headers)).json).to.have.lengthOf(5)
    const rows = (await (await fetch(`${second.simulator.controlUrl}/tenants/t1/odsInstances`)).json()) as object[]
    expect(rows[0]).to.include({ connectionString })
    expect(await second.addInstance('F')).to.equal(6)
    await second.simulator.close()
  })
})

describe('Admin API simulator: process', () => {
  async function url(child: ChildProcess): Promise<string> {
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
    return (JSON.parse(line) as { url: string }).url
  }

  it('prints one JSON line when ready, takes settings from the environment and ends on SIGTERM', async () => {
    const env = { ...process.env, SIMULATOR_PATH_BASE: 'adminapi', SIMULATOR_VERSION: '2.4' }
    const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const response = await fetch(`${await url(child)}/`)
    expect(await response.json()).to.include({ version: '2.4' })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).to.deep.equal([0, null])
  })

  it('ends when its parent lets go of it', async () => {
    const child = fork(main, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    await url(child)
    const exit = once(child, 'exit')
    child.disconnect()
    expect(await exit).to.deep.equal([0, null])
  })

  it('stays below 90 MB when idle', async function () {
    if (process.platform !== 'linux') this.skip()
    const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] })
    await url(child)
    const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8')
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])).to.be.within(1, 90 * 1024)
  })
})
