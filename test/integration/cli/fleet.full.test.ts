import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { startCliStack, type CliStack } from './cli-stack.js'

const tenant = 'district-one'

describe('the command line, looking after what is there', function () {
  this.timeout(180_000)
  let stack: CliStack
  let batch: string
  before(async () => {
    stack = await startCliStack()
    stack.jobs.startWorker()
    const input =
      'tenant,name,localEducationAgencyId,localEducationAgencyName,vendor,claimSetName\n' +
      `${tenant},First,255901,Grand Bend ISD,SIS Inc.,SIS Vendor\n${tenant},Second,,,,\n`
    const { code, stderr, stdout } = await stack.run(['onboard', '-', '--run', '--watch'], { input })
    expect(code, stderr + stdout).to.equal(0)
    batch = /Batch (\S+):/.exec(stderr)?.[1] ?? ''
  })
  after(() => stack.stop())

  it('shows the health of all, for people, as JSON and as CSV', async () => {
    const { code, stdout, stderr } = await stack.run(['health', '--check', '--json'])
    expect(code, stderr).to.equal(0)
    expect(JSON.parse(stdout)).to.have.nested.property('byHealth.healthy', 2)
    expect(JSON.parse(stdout)).to.have.nested.property('counts.localEducationAgencies', 1)
    expect((await stack.run(['health', '--csv'])).stdout).to.match(/^tenant,name,id,.*\r\n.*\r\n.*\r\n$/)
    expect((await stack.run(['health', '--tenant', tenant])).stdout).to.contain('2 healthy')
  })

  it('writes credentials where only their owner reads them, and never shows one', async () => {
    const file = path.join(stack.folder, 'credentials.csv')
    const { code, stdout, stderr } = await stack.run(['batch', 'credentials', batch, '--csv', file, '--acknowledge'])
    expect(code, stderr).to.equal(0)
    const [header, line = ''] = readFileSync(file, 'utf8').trimEnd().split('\r\n')
    const secret = line.split(',')[header?.split(',').indexOf('secret') ?? -1] ?? ''
    expect(secret).to.have.length.greaterThan(10)
    expect(stdout + stderr).not.to.contain(secret)
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).to.equal(0o600)
  })

  it('compares, shows a finding, and deals with it', async () => {
    const { code, stderr } = await stack.run(['reconcile', '--tenant', tenant])
    expect(code, stderr).to.equal(0)
    expect(stderr).to.contain('2 instances compared, 0 findings')
    const { stdout } = await stack.run(['instances', '--name', 'Second', '--json'])
    const { items } = JSON.parse(stdout) as { items: { odsInstanceId: number }[] }
    const [second] = items
    await removeRegistration(stack, second?.odsInstanceId ?? 0)
    const found = await stack.run(['reconcile', '--tenant', tenant, '--json'])
    const { id, findings } = JSON.parse(found.stdout) as { id: string; findings: { id: string; kind: string }[] }
    expect(findings.map(({ kind }) => kind)).to.deep.equal(['registration_missing'])
    const args = ['reconcile', id, '--resolve', findings[0]?.id ?? '']
    expect((await stack.run(args)).stderr).to.contain('--resolve needs --action')
    const resolved = await stack.run([...args, '--action', 'repair'])
    expect(resolved.code, resolved.stderr).to.equal(0)
    expect((await stack.run(['reconcile', id])).stdout).to.contain('resolved')
  })

  it('plans the next school year and makes it', async () => {
    const years = ['--from', '2026', '--to', '2027', '--skip-unmatched']
    const input = `tenant,name,context.schoolYearFromRoute\n${tenant},Year 2026,2026\n`
    expect((await stack.run(['onboard', '-', '--run', '--watch'], { input })).code).to.equal(0)
    const plan = await stack.run(['rollover', ...years, '--plan'])
    expect(plan.code, plan.stderr).to.equal(0)
    expect(plan.stdout).to.contain('Year 2027').and.to.contain('1 to be made')
    const made = await stack.run(['rollover', ...years, '--run', '--watch'])
    expect(made.code, made.stderr).to.equal(0)
    const { stdout } = await stack.run(['instances', '--context', 'schoolYearFromRoute=2027', '--json'])
    expect((JSON.parse(stdout) as { items: { name: string }[] }).items.map(({ name }) => name)).to.deep.equal([
      'Year 2027',
    ])
    expect((await stack.run(['rollover', '--from', '2027', '--to', '2026'])).stderr).to.contain('/toYear')
  })

  it('follows a single job to its end', async () => {
    const list = await stack.run(['instances', '--name', 'First', '--json'])
    const instance = (JSON.parse(list.stdout) as { items: { id: string }[] }).items[0]?.id ?? ''
    const token = await tokenOf(stack)
    const response = await fetch(`${stack.url}/v1/instances/${instance}/stop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const { job } = (await response.json()) as { job: { id: string } }
    const { code, stdout, stderr } = await stack.run(['jobs', 'watch', job.id], {
      env: { TM_TOKEN: token, TM_CLIENT_ID: '', TM_CLIENT_SECRET: '' },
    })
    expect(code, stderr).to.equal(0)
    expect(stdout).to.contain('instance.stop succeeded')
    expect(stderr).to.match(/✓ /)
  })
})

/** As somebody would who knows nothing of us. */
async function removeRegistration({ jobs }: CliStack, id: number): Promise<void> {
  const response = await fetch(`${jobs.simulator.url}/v2/odsInstances/${id}`, {
    method: 'DELETE',
    headers: { tenant, authorization: `Bearer ${await jobs.simulator.issueToken()}` },
  })
  expect(response.ok).to.equal(true)
}

async function tokenOf(stack: CliStack): Promise<string> {
  const response = await fetch(`${stack.url}/connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: stack.clientId,
      client_secret: stack.clientSecret,
    }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}
