import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import pg from 'pg'
import type { Addresses } from '../../scripts/quickstart/show-addresses.js'
import { startCli } from '../integration/cli/cli-process.js'
import { databasesLike } from '../support/killed-workers.js'
import { queryOn } from '../support/postgres.js'

const repository = path.resolve(import.meta.dirname, '../..')
const tenant = 'five-hundred'
const count = 500
/** Which of them fail at first, all over the batch. */
const obstructed = Array.from({ length: 20 }, (_, index) => index * 25 + 3)

interface Batch {
  id: string
  finishedAt: string | null
}
interface Instance {
  name: string
  status: string
  odsInstanceId: number
  databaseName: string
}

/** kill -9 for one of the quickstart's processes, which starts another one in its place. */
function killOne(quickstart: ChildProcess, app: string): void {
  const rows = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args=']).stdout.toString().split('\n')
  const mine = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [])
  const victim = mine.find(
    ([, , parent, args = '']) => Number(parent) === quickstart.pid && args.includes(`apps/${app}`),
  )
  if (victim?.[1] === undefined) throw new Error(`There is no process of apps/${app}.`)
  process.kill(Number(victim[1]), 'SIGKILL')
}

describe('five hundred instances from a CSV file with one command', function () {
  this.timeout(1_500_000)
  let folder: string
  let quickstart: ChildProcess
  let addresses: Addresses
  let env: Record<string, string>
  let obstacles: string[]

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'onboard-500-'))
    const script = path.join(repository, 'scripts', 'quickstart.mjs')
    quickstart = spawn(process.execPath, [script, '--json', '--no-demo', '--workers', '2'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: quickstart.stdout! }), 'line')) as [string]
    addresses = JSON.parse(line) as Addresses
    env = {
      TM_API_URL: addresses.apiUrl,
      TM_CLIENT_ID: addresses.clientId,
      TM_CLIENT_SECRET: addresses.clientSecret,
      TM_CONFIG_DIR: folder,
    }
    const response = await fetch(`${addresses.apiUrl}/v1/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${addresses.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: tenant }),
    })
    expect(response.status).to.equal(201)
    const rows = Array.from(
      { length: count },
      (_, at) => `row-${at},${tenant},District ${at},${String(at).padStart(6, '0')},2026\r\n`,
    )
    const header = 'ref,tenant,name,label.district,context.schoolYearFromRoute\r\n'
    writeFileSync(path.join(folder, 'districts.csv'), `\uFEFF${header}${rows.join('')}`)
  })
  after(async () => {
    const gone = once(quickstart, 'exit')
    quickstart.kill('SIGTERM')
    await gone
    rmSync(folder, { recursive: true, force: true })
  })

  const onboard = (results: string) =>
    startCli(
      ['onboard', path.join(folder, 'districts.csv'), '--run', '--watch', '--out', path.join(folder, results)],
      env,
    )
  const statuses = (results: string): Record<string, number> => {
    const lines = readFileSync(path.join(folder, results), 'utf8').trimEnd().split('\r\n').slice(1)
    const counts: Record<string, number> = {}
    for (const line of lines) counts[line.split(',')[4] ?? ''] = (counts[line.split(',')[4] ?? ''] ?? 0) + 1
    return counts
  }
  async function registered(): Promise<{ id: number; name: string }[]> {
    const response = await fetch(`${addresses.adminApiUrl}/__simulator/tenants/${tenant}/odsInstances`)
    return (await response.json()) as { id: number; name: string }[]
  }
  async function call<T>(method: string, target: string, body?: unknown): Promise<T> {
    const response = await fetch(`${addresses.apiUrl}${target}`, {
      method,
      headers: { authorization: `Bearer ${addresses.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect(response.status, await response.clone().text()).to.be.lessThan(300)
    return (await response.json()) as T
  }
  async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + 600_000
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`Not within ten minutes: ${what}`)
      await pause(500)
    }
  }
  const batchEnded = (id: string) =>
    until(async () => (await call<Batch>('GET', `/v1/batches/${id}`)).finishedAt !== null, `the end of batch ${id}`)
  const onServer = (statement: string) => queryOn(addresses.databaseServerUrl, statement)
  async function active(): Promise<Instance[]> {
    const list = await startCli(['instances', '--tenant', tenant, '--status', 'active', '--json'], env).ended
    return (JSON.parse(list.stdout) as { items: Instance[] }).items
  }
  /** What is on record is there, and nothing else: one registration and one database each, nothing unfinished. */
  async function expectJustThese(items: Instance[]): Promise<void> {
    expect((await registered()).map(({ id, name }) => `${id} ${name}`).sort()).to.deep.equal(
      items.map(({ odsInstanceId, name }) => `${odsInstanceId} ${name}`).sort(),
    )
    const databases = await databasesLike(addresses.databaseServerUrl, `EdFi\\_Ods\\_five\\_hundred\\_%`)
    expect(databases).to.deep.equal(items.map(({ databaseName }) => databaseName).sort())
    expect(await databasesLike(addresses.databaseServerUrl, 'tm\\_%')).to.deep.equal([])
  }
  let batchId: string
  let bystander: Instance

  it('are active but for those whose database name somebody took, though API and worker are killed meanwhile', async () => {
    const single = { tenant, name: 'Bystander' }
    const { instance } = await call<{ instance: { id: string } }>('POST', '/v1/instances', single)
    await until(async () => {
      bystander = await call('GET', `/v1/instances/${instance.id}`)
      return bystander.status === 'active'
    }, 'the instance beside the batch')
    const { items: planned } = await call<{ items: { databaseName: string }[] }>(
      'POST',
      '/v1/batches?validateOnly=true',
      { operation: 'instance.create', items: obstructed.map((at) => ({ tenant, name: `District ${at}` })) },
    )
    obstacles = planned.map(({ databaseName }) => databaseName)
    for (const name of obstacles) await onServer(`create database ${pg.escapeIdentifier(name)}`)

    const cli = onboard('first.csv')
    await cli.says(/ [1-9]\d* of 500/)
    killOne(quickstart, 'api')
    await cli.says(/Trying again/)
    await cli.says(/ [1-9]\d\d of 500/)
    killOne(quickstart, 'worker')
    const { code, stdout, stderr } = await cli.ended
    expect(stdout, stderr).to.contain(`${count - obstacles.length} succeeded`)
    expect(code).to.equal(1)
    expect(statuses('first.csv')).to.deep.equal({ succeeded: count - obstacles.length, failed: obstacles.length })

    const { items: batches } = await call<{ items: { id: string }[] }>('GET', `/v1/batches?tenant=${tenant}`)
    batchId = batches[0]!.id
    const { items: failed } = await call<{ items: { ref: string; error: { code: string } }[] }>(
      'GET',
      `/v1/batches/${batchId}/items?status=failed&limit=200`,
    )
    expect(failed.map(({ ref, error }) => `${ref} ${error.code}`)).to.deep.equal(
      obstructed.map((at) => `row-${at} database_name_taken`),
    )
    expect(await active()).to.have.length(count - obstacles.length + 1)
  })

  it('are all active, registered and verified once the cause is gone and the failed ones are tried again', async () => {
    for (const name of obstacles) await onServer(`drop database ${pg.escapeIdentifier(name)}`)
    const answer = await call<{ retried: number; refused: unknown[] }>('POST', `/v1/batches/${batchId}/retry-failed`)
    expect(answer).to.deep.include({ retried: obstacles.length, refused: [] })
    await batchEnded(batchId)
    const items = await active()
    expect(items).to.have.length(count + 1)
    await expectJustThese(items)
  })

  it('are all unchanged when the same file is sent again', async () => {
    const { code, stdout } = await onboard('second.csv').ended
    expect(code).to.equal(0)
    expect(stdout).to.contain('500 unchanged')
    expect(statuses('second.csv')).to.deep.equal({ unchanged: count })
    expect(await registered()).to.have.length(count + 1)
  })

  it('are all gone when the batch is undone, and nothing else is', async () => {
    const { batch } = await call<{ batch: Batch }>('POST', `/v1/batches/${batchId}/undo`)
    await batchEnded(batch.id)
    const retired = () => databasesLike(addresses.databaseServerUrl, 'tm\\_%')
    await until(async () => (await retired()).length === 0, 'the last purge')
    const left = await active()
    expect(left.map(({ name }) => name)).to.deep.equal([bystander.name])
    await expectJustThese(left)
  })
})
