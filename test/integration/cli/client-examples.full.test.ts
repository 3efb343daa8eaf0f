import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { RunningTestWorker } from '../../support/job-stack.js'
import { withSharedCliStack, type CliStack } from './cli-stack.js'

const examples = fileURLToPath(new URL('../../../docs/examples/clients/', import.meta.url))
const tenant = 'district-one'

/** Skips a test, and says so, where a program is missing. */
function needs(context: Mocha.Context, programs: readonly string[]): void {
  const missing = programs.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error)
  if (missing.length === 0) return
  console.warn(`Skipped, no ${missing.join(', ')} on PATH: ${context.runnable().fullTitle()}`)
  context.skip()
}

describe('the examples of clients', function () {
  this.timeout(120_000)
  let stack: CliStack
  let worker: RunningTestWorker
  after(() => worker.stop())
  withSharedCliStack((given) => {
    stack = given
    worker = stack.jobs.startWorker()
  })

  const run = (command: string, args: readonly string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(command, args, { env: { ...process.env, ...stack.env }, cwd: stack.folder })
      const said = { stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk))
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk))
      child.once('close', (code) => resolve({ code, ...said }))
    })

  /** Each of the small ones creates an instance, finds it again, and is told why it is refused. */
  async function createsTwiceAndIsRefused(
    command: string,
    args: (name: string) => string[],
    name: string,
  ): Promise<void> {
    const created = await run(command, args(name))
    expect(created.code, created.stderr).to.equal(0)
    expect(created.stderr).to.contain('succeeded 100 %')
    expect(JSON.parse(created.stdout)).to.include({ tenant, name, status: 'active' })
    const again = await run(command, args(name))
    expect(again.code, again.stderr).to.equal(0)
    expect(JSON.parse(again.stdout)).to.deep.equal(JSON.parse(created.stdout))
    const refused = await run(command, args('Bad/Name'))
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.contain('validation_failed').and.to.contain('/name: must start with')
  }

  it('create an instance with curl', async function () {
    needs(this, ['bash', 'curl', 'jq'])
    const script = path.join(examples, 'onboard.sh')
    await createsTwiceAndIsRefused('bash', (name) => [script, tenant, name, '2026'], 'By curl')
  })

  it('create an instance with PowerShell', async function () {
    needs(this, ['pwsh'])
    const script = path.join(examples, 'Onboard.ps1')
    const args = (name: string) => [
      '-NoProfile',
      '-File',
      script,
      '-Tenant',
      tenant,
      '-Name',
      name,
      '-SchoolYear',
      '2026',
    ]
    await createsTwiceAndIsRefused('pwsh', args, 'By PowerShell')
  })

  it('onboard a CSV file with Python, and are told by line why it is refused', async function () {
    needs(this, ['python3'])
    const script = path.join(examples, 'onboard_csv.py')
    const file = path.join(stack.folder, 'districts.csv')
    const out = path.join(stack.folder, 'results.csv')
    const header = '\uFEFFref,tenant,name,label.district,context.schoolYearFromRoute\r\n'
    writeFileSync(file, `${header}one,${tenant},"By Python",00255901,2026\r\n,${tenant},By Python too,,2027\r\n`)
    const { code, stderr } = await run('python3', [script, file, out])
    expect(code, stderr).to.equal(0)
    const [, one, two] = readFileSync(out, 'utf8').split('\r\n')
    expect(one).to.match(/^one,district-one,By Python,.*,succeeded,/)
    expect(two).to.match(/^line 3,district-one,By Python too,.*,succeeded,/)

    writeFileSync(file, `${header}one,${tenant},Fine,,\r\ntwo,${tenant},Bad/Name,,\r\n`)
    const refused = await run('python3', [script, file, out])
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.contain('line 3 name: must start with')
  })
})
