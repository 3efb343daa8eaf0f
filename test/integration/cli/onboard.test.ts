import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { withSharedCliStack, type CliStack } from './cli-stack.js'

const header = 'ref,tenant,name,label.district\r\n'
const tenant = 'district-one'

describe('the command line', function () {
  this.timeout(120_000)
  let stack: CliStack
  withSharedCliStack((given) => {
    stack = given
  })

  const fileOf = (name: string, text: string): string => {
    const file = path.join(stack.folder, name)
    writeFileSync(file, text)
    return file
  }
  const rows = (prefix: string, count: number): string =>
    header + Array.from({ length: count }, (_, at) => `${prefix}-${at},${tenant},${prefix} ${at},00${at}\r\n`).join('')
  const read = (name: string): string[] => readFileSync(path.join(stack.folder, name), 'utf8').trimEnd().split('\r\n')

  it('tells what a file would do and starts nothing', async () => {
    const file = fileOf('plan.csv', `\uFEFF${rows('Planned', 2)}`)
    const { code, stdout } = await stack.run(['onboard', file, '--plan'])
    expect(code).to.equal(0)
    expect(stdout).to.contain('Planned 1').and.to.contain('2 to be created, 0 unchanged')
    const { stdout: list } = await stack.run(['instances', '--name', 'Planned 1', '--json'])
    expect(JSON.parse(list)).to.deep.equal({ items: [] })
  })

  it('ends with 2 and names line, ref and column when rows are refused, here or by the API', async () => {
    const here = await stack.run(['onboard', fileOf('here.csv', `${header}a,,One,\r\nb,${tenant},,\r\n`), '--run'])
    expect(here.code).to.equal(2)
    expect(here.stderr).to.contain('line 2 (a) tenant: is required').and.to.contain('line 3 (b) name: is required')

    const there = fileOf(
      'there.csv',
      `${header}a,${tenant},Fine,x\r\nb,nowhere,Fine too,x\r\nc,${tenant},Bad/Name,x\r\n`,
    )
    const { code, stdout, stderr } = await stack.run(['onboard', there, '--run', '--watch', '--json'])
    expect(code).to.equal(2)
    expect(stderr).to.contain('2 rows are refused')
    const { error } = JSON.parse(stdout) as {
      error: { code: string; faults: { line: number; ref: string; where: string }[] }
    }
    expect(error.faults.map(({ line, ref, where }) => [line, ref, where])).to.deep.equal([
      [3, 'b', 'tenant'],
      [4, 'c', 'name'],
    ])
    expect(JSON.parse((await stack.run(['instances', '--name', 'Fine', '--json'])).stdout)).to.deep.equal({ items: [] })
  })

  it('ends with 2 when it is used wrongly or not let in', async () => {
    const file = fileOf('fine.csv', rows('Fine', 1))
    for (const [args, env, words] of [
      [['onboard', file, '--watch'], {}, '--watch and --out go with --run'],
      [['onboard', file, '--max-parallel', 'many'], {}, 'whole number'],
      [['frobnicate'], {}, 'unknown command'],
      [['instances'], { TM_CLIENT_SECRET: 'wrong' }, 'invalid_client'],
      [['instances'], { TM_CLIENT_SECRET: '' }, 'TM_CLIENT_SECRET is not set'],
      [['instances'], { TM_API_URL: 'nonsense' }, 'no address of an API'],
      [['batch', 'watch', '00000000-0000-4000-8000-000000000000'], {}, 'not_found'],
    ] as const) {
      const { code, stderr, stdout } = await stack.run(args, { env })
      expect(code, stderr).to.equal(2)
      expect(stderr).to.contain(words)
      expect(stdout).to.equal('')
    }
  })

  it('stores a login that works for the user only, and forgets it again', async () => {
    const { TM_API_URL, TM_CLIENT_ID, TM_CLIENT_SECRET } = stack.env
    const config = path.join(stack.folder, 'another')
    const bare = { TM_API_URL: '', TM_CLIENT_ID: '', TM_CLIENT_SECRET: '', TM_CONFIG_DIR: config }
    const url = TM_API_URL ?? ''
    const args = ['login', '--api-url', url, '--client-id', TM_CLIENT_ID ?? '']
    expect((await stack.run(args, { env: bare, input: 'wrong\n' })).code).to.equal(2)
    expect((await stack.run(['instances'], { env: bare })).stderr).to.contain('Which API?')

    expect((await stack.run(args, { env: bare, input: `${TM_CLIENT_SECRET}\n` })).code).to.equal(0)
    if (process.platform !== 'win32') expect(statSync(path.join(config, 'login.json')).mode & 0o777).to.equal(0o600)
    expect((await stack.run(['instances'], { env: bare })).code).to.equal(0)
    const elsewhere = await stack.run(['instances'], { env: { ...bare, TM_API_URL: 'http://127.0.0.1:9' } })
    expect(elsewhere.stderr).to.contain('There are no credentials for http://127.0.0.1:9')
    expect((await stack.run(['logout'], { env: bare })).code).to.equal(0)
    expect((await stack.run(['instances'], { env: bare })).code).to.equal(2)
  })

  it('leaves the batch running on Ctrl-C, and says how to watch it again; that goes on through an API that is killed', async () => {
    const watching = stack.start(['onboard', fileOf('many.csv', rows('Many', 3)), '--run', '--watch'])
    await watching.says(/0 of 3/)
    watching.child.kill('SIGINT')
    const interrupted = await watching.ended
    expect(interrupted.code).to.equal(130)
    const id = /edfi-tenants batch watch (\S+)/.exec(interrupted.stderr)?.[1] ?? ''

    const again = stack.start(['batch', 'watch', id, '--out', path.join(stack.folder, 'many-results.csv')])
    await again.says(/0 of 3/)
    await stack.killApi()
    await again.says(/does not answer.*Trying again/)
    await stack.startApi()
    const worker = stack.jobs.startWorker()
    const { code, stdout } = await again.ended
    await worker.stop()
    expect(stdout).to.contain('3 succeeded')
    expect(code).to.equal(0)
    const [names, ...results] = read('many-results.csv')
    expect(names).to.equal('ref,tenant,name,instanceId,status,databaseName,odsInstanceId,jobId,errorCode,errorDetail')
    expect(
      results.map((line) =>
        line
          .split(',')
          .filter((_, at) => [0, 2, 4].includes(at))
          .join(' '),
      ),
    ).to.deep.equal(['Many-0 Many 0 succeeded', 'Many-1 Many 1 succeeded', 'Many-2 Many 2 succeeded'])
  })

  it('finds nothing to do when the same file is sent again, and says so in one JSON document', async () => {
    const { code, stdout } = await stack.run([
      'onboard',
      path.join(stack.folder, 'many.csv'),
      '--run',
      '--watch',
      '--json',
    ])
    const { batch, results } = JSON.parse(stdout) as {
      batch: { counts: { unchanged: number } }
      results: { status: string; ref: string; odsInstanceId: number }[]
    }
    expect(code).to.equal(0)
    expect(batch.counts.unchanged).to.equal(3)
    expect(results.map(({ ref, status }) => `${ref} ${status}`)).to.deep.equal([
      'Many-0 unchanged',
      'Many-1 unchanged',
      'Many-2 unchanged',
    ])
    const { stdout: list } = await stack.run(['instances', '--label', 'district=001', '--json'])
    const { items } = JSON.parse(list) as { items: { name: string; status: string }[] }
    expect(items.map(({ name, status }) => `${name} ${status}`)).to.deep.equal(['Many 1 active'])
  })

  it('ends with 1 when some have failed, says why, and writes it down; then takes back what has succeeded', async () => {
    const worker = stack.jobs.startWorker()
    const lines = [
      { ref: 'good', tenant, name: 'Good' },
      { ref: 'bad', tenant, name: 'Bad', template: 'missing' },
    ]
    const file = fileOf('some.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const out = path.join(stack.folder, 'some-results.csv')
    const { code, stdout, stderr } = await stack.run(['onboard', file, '--run', '--out', out])
    expect(code, stderr).to.equal(1)
    expect(stdout).to.contain('1 succeeded, 1 failed').and.to.contain('template_missing')
    const [, good, bad] = read('some-results.csv')
    expect(good).to.match(/^good,district-one,Good,.*,succeeded,/)
    expect(bad).to.match(/^bad,district-one,Bad,.*,failed,.*,template_missing,/)

    const id = /Batch (\S+):/.exec(stderr)?.[1] ?? ''
    const undone = await stack.run(['batch', 'undo', id, '--watch'])
    expect(undone.code, undone.stderr).to.equal(0)
    expect(undone.stdout).to.contain('1 succeeded')
    await worker.stop()
  })

  it('ends quietly when nobody reads on', async () => {
    const cli = stack.start(['instances'])
    cli.child.stdout?.destroy()
    const { code, stderr } = await cli.ended
    expect(code).to.equal(0)
    expect(stderr).not.to.contain('EPIPE')
  })
})
