import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import type { Addresses } from '../../scripts/quickstart/show-addresses.js'
import { startCli } from '../integration/cli/cli-process.js'
import { databasesLike } from '../support/killed-workers.js'

const repository = path.resolve(import.meta.dirname, '../..')
const tenant = 'five-hundred'
const count = 500

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

  it('are all active, registered and verified, none twice, though API and worker are killed meanwhile', async () => {
    const cli = onboard('first.csv')
    await cli.says(/ [1-9]\d* of 500/)
    killOne(quickstart, 'api')
    await cli.says(/Trying again/)
    await cli.says(/ [1-9]\d\d of 500/)
    killOne(quickstart, 'worker')
    const { code, stdout, stderr } = await cli.ended
    expect(stdout, stderr).to.contain('500 succeeded')
    expect(code).to.equal(0)
    expect(statuses('first.csv')).to.deep.equal({ succeeded: count })

    const list = await startCli(['instances', '--tenant', tenant, '--status', 'active', '--json'], env).ended
    const { items } = JSON.parse(list.stdout) as {
      items: { name: string; odsInstanceId: number; databaseName: string }[]
    }
    expect(items).to.have.length(count)
    const inAdminApi = await registered()
    expect(inAdminApi.map(({ id, name }) => `${id} ${name}`).sort()).to.deep.equal(
      items.map(({ odsInstanceId, name }) => `${odsInstanceId} ${name}`).sort(),
    )
    const databases = await databasesLike(addresses.databaseServerUrl, `EdFi\\_Ods\\_five\\_hundred\\_%`)
    expect(databases).to.deep.equal(items.map(({ databaseName }) => databaseName).sort())
    expect(await databasesLike(addresses.databaseServerUrl, 'tm\\_%')).to.deep.equal([])
  })

  it('are all unchanged when the same file is sent again', async () => {
    const { code, stdout } = await onboard('second.csv').ended
    expect(code).to.equal(0)
    expect(stdout).to.contain('500 unchanged')
    expect(statuses('second.csv')).to.deep.equal({ unchanged: count })
    expect(await registered()).to.have.length(count)
  })
})
