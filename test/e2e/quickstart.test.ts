import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { Client } from 'pg'
import { signIn, type Api } from '../../scripts/reference/api.js'
import { isRunning, leftAfter } from '../integration/services/checkout.js'

const repository = path.resolve(import.meta.dirname, '../..')

interface Ready {
  apiUrl: string
  token: string
  clientId: string
  clientSecret: string
  adminApiUrl: string
  databaseServerUrl: string
  controlDatabaseUrl: string
  queueUrl: string
  pids: { apis: number[]; workers: number[] }
}

interface Running {
  process: ChildProcess
  ready: Ready
  /** All lines of stdout so far. */
  lines: string[]
  exited: Promise<number | null>
}

let temporary: string
const started: ChildProcess[] = []

async function quickstart(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = spawn(process.execPath, [path.join(repository, 'scripts', 'quickstart.mjs'), '--json', ...args], {
    // As a terminal would: Ctrl-C there goes to the whole group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, ...env },
  })
  started.push(child)
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const lines: string[] = []
  const exited = once(child, 'close').then(([code]) => code as number | null)
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await Promise.race([once(output, 'line'), exited])
  const [first] = lines
  if (first === undefined) throw new Error(`The quickstart has ended:\n${errors}`)
  return { process: child, ready: JSON.parse(first) as Ready, lines, exited }
}

/** The process and all below it, as `ps` sees them now. */
function familyOf(pid: number): number[] {
  const rows = spawnSync('ps', ['-A', '-o', 'pid=,ppid='])
    .stdout.toString()
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number))
  const family = [pid]
  for (const member of family) family.push(...rows.filter(([, parent]) => parent === member).map(([id]) => id ?? 0))
  return family
}

const foldersLeft = (): string[] => readdirSync(temporary).map((name) => path.join(temporary, name))

async function createInstance(api: Api, name: string): Promise<{ databaseName: string; status: string }> {
  const { body } = await api.call<{ job: { id: string }; instance: { id: string } }>('POST', '/v1/instances', {
    body: { tenant: 'district-1', name, contexts: { schoolYearFromRoute: '2026' } },
  })
  for (;;) {
    const { body: job } = await api.call<{ status: string; finishedAt: string | null; error: unknown }>(
      'GET',
      `/v1/jobs/${body.job.id}`,
      { headers: { prefer: 'wait=20' } },
    )
    if (job.finishedAt === null) continue
    expect(job.status, JSON.stringify(job.error)).to.equal('succeeded')
    return (await api.call<{ databaseName: string; status: string }>('GET', `/v1/instances/${body.instance.id}`)).body
  }
}

async function countTables(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int from pg_tables where schemaname = 'edfi'`,
    )
    return rows[0]?.count ?? 0
  } finally {
    await client.end()
  }
}

describe('npm run quickstart', function () {
  // Half a dozen processes start, on a machine that may be busy.
  this.timeout(180_000)

  beforeEach(() => {
    temporary = mkdtempSync(path.join(os.tmpdir(), 'quickstart-test-'))
    // As root, PostgreSQL runs under another account.
    chmodSync(temporary, 0o1777)
  })
  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(temporary, { recursive: true, force: true })
  })

  it('serves a whole system that creates instances, and leaves nothing running when it is killed with -9', async () => {
    const { process: child, ready, lines } = await quickstart(['--no-demo'])
    expect(Object.keys(ready)).to.deep.equal([
      'apiUrl',
      'token',
      'clientId',
      'clientSecret',
      'docsUrl',
      'dashboardUrl',
      'adminApiUrl',
      'adminApiClientId',
      'adminApiClientSecret',
      'environment',
      'databaseServer',
      'databaseServerUrl',
      'controlDatabaseUrl',
      'queueUrl',
      'pids',
    ])
    const api = await signIn({ url: ready.apiUrl, clientId: ready.clientId, clientSecret: ready.clientSecret })
    await api.call('POST', '/v1/tenants', { body: { name: 'district-1' } })
    const instance = await createInstance(api, 'First')
    expect(instance.status).to.equal('active')
    const database = new URL(ready.databaseServerUrl)
    database.pathname = `/${instance.databaseName}`
    expect(await countTables(database.href)).to.be.greaterThan(10)
    expect(lines).to.have.length(1)

    const family = familyOf(child.pid ?? 0)
    expect(family).to.include.members([...ready.pids.apis, ...ready.pids.workers])
    child.kill('SIGKILL')
    expect(await leftAfter(family, foldersLeft())).to.deep.equal([])
  })

  it('starts processes that were killed again, so that work goes on behind the same address', async () => {
    const { process: child, ready, exited } = await quickstart(['--no-demo', '--apis', '2', '--workers', '2'])
    expect([ready.pids.apis.length, ready.pids.workers.length]).to.deep.equal([2, 2])
    const api = await signIn({ url: ready.apiUrl, clientId: ready.clientId, clientSecret: ready.clientSecret })
    await api.call('POST', '/v1/tenants', { body: { name: 'district-1' } })
    const [firstApi = 0] = ready.pids.apis
    for (const pid of [firstApi, ...ready.pids.workers]) process.kill(pid, 'SIGKILL')
    await leftAfter([firstApi, ...ready.pids.workers], [])
    // A connection kept from before may lead to the killed one; the same request again is always safe.
    const created = await createInstance(api, 'Second').catch(() =>
      pause(500).then(() => createInstance(api, 'Second')),
    )
    expect(created.status).to.equal('active')
    for (const deadline = Date.now() + 20_000; familyOf(child.pid ?? 0).filter(isNodeOfOurs).length < 5;) {
      if (Date.now() > deadline) expect.fail('the killed processes have not come back')
      await pause(100)
    }

    const family = familyOf(child.pid ?? 0)
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await exited).to.equal(0)
    expect(await leftAfter(family, foldersLeft())).to.deep.equal([])
  })

  it('uses PostgreSQL as the queue where there is no Redis, and onboards an instance with it', async function () {
    if (process.platform === 'win32') this.skip()
    const { ready, exited, lines } = await quickstart(['--once'], { PATH: withoutRedis(), QUEUE_URL: '' })
    expect(ready.queueUrl).to.equal(ready.controlDatabaseUrl)
    expect(await exited).to.equal(0)
    expect(lines).to.have.length(1)
    expect([ready.pids.apis, ready.pids.workers].flat().filter(isRunning)).to.deep.equal([])
    expect(foldersLeft()).to.deep.equal([])
  })

  it('refuses a port that is taken and options it does not know, before it starts anything', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    try {
      const error = await quickstart(['--no-demo', '--port', String(port)]).catch((reason: unknown) => String(reason))
      expect(error).to.contain(`Port ${port} is taken`)
    } finally {
      other.close()
    }
    const script = path.join(repository, 'scripts', 'quickstart.mjs')
    const unknown = spawnSync(process.execPath, [script, '--twice'], { encoding: 'utf8' })
    expect(unknown.status).to.equal(2)
    expect(unknown.stderr).to.contain(`Unknown option '--twice'`)
    expect(spawnSync(process.execPath, [script, '--workers', '0'], { encoding: 'utf8' }).status).to.equal(2)
    expect(foldersLeft()).to.deep.equal([])
  })
})

function isNodeOfOurs(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' })
  return /apps[\\/](api|worker|admin-api-simulator)[\\/]/.test(stdout)
}

/** A PATH on which there is everything that is needed but `redis-server`. */
function withoutRedis(): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders
    .filter((folder) => {
      try {
        return !readdirSync(folder).includes('redis-server')
      } catch {
        return false
      }
    })
    .join(path.delimiter)
}
