import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { contractVersion, loadProvisioners } from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const repository = fileURLToPath(new URL('../../', import.meta.url))

const generate = (...words: string[]) =>
  spawnSync(process.execPath, ['scripts/new-provisioner.mjs', ...words], { cwd: repository, encoding: 'utf8' })

describe('npm run new-provisioner', function () {
  this.timeout(60_000)
  let parent: string
  before(() => {
    parent = mkdtempSync(path.join(os.tmpdir(), 'new-provisioner-'))
    const { status, stderr } = generate('my-cloud', '--in', parent)
    expect(status, stderr).to.equal(0)
  })
  after(() => rmSync(parent, { recursive: true }))
  const folder = () => path.join(parent, 'my-cloud')

  it('writes a package that a worker loads at once, wherever it lies', async () => {
    const loaded = await loadProvisioners([folder()], {}, parent)
    const provisioner = loaded.get('my-cloud')
    expect(provisioner?.manifest.contractVersion).to.equal(contractVersion)
    const server = { id: 's', name: 's', settings: { host: 'db' }, credentials: { username: 'a', password: 'p' } }
    const login = { username: 'app', password: 'p;w' }
    expect(await provisioner?.registeredConnectionString(server, { databaseName: 'x', login })).to.equal(
      'host=db;port=5432;username=app;password="p;w";database=x;',
    )
    await provisioner?.close?.()
  })

  it('leaves nothing unsaid: its conformance run fails only by what is not written yet', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(folder(), 'package.json'), 'utf8')) as {
      scripts: { test: string }
    }
    const mocha = scripts.test.split(' ').slice(1, -1)
    const run = spawnSync(process.execPath, [...mocha, '--reporter', 'json', 'test/conformance.test.js'], {
      cwd: folder(),
      encoding: 'utf8',
    })
    const report = JSON.parse(run.stdout) as {
      stats: { passes: number }
      failures: { fullTitle: string; err: object }[]
    }
    expect(report.stats.passes).to.be.at.least(2)
    expect(report.failures.length).to.be.at.least(20)
    for (const { fullTitle, err } of report.failures) expect(JSON.stringify(err), fullTitle).to.include('not_supported')
  })

  it('has the files that the provisioner for PostgreSQL has for the same operations', () => {
    const theirs = readdirSync(path.join(repository, 'packages/provisioner-postgresql/src')).map((file) =>
      file.replace(/ts$/, 'js'),
    )
    const own = readdirSync(path.join(folder(), 'src')).filter((file) => file !== 'not-written.js')
    expect(own.filter((file) => !theirs.includes(file))).to.deep.equal([])
  })

  it('overwrites nothing, not even an empty folder', () => {
    mkdirSync(path.join(parent, 'empty'))
    for (const name of ['my-cloud', 'empty']) {
      const { status, stderr } = generate(name, '--in', parent)
      expect(status).to.equal(1)
      expect(stderr).to.include('is there already')
    }
    expect(readdirSync(path.join(parent, 'empty'))).to.deep.equal([])
    expect(readdirSync(parent).sort()).to.deep.equal(['empty', 'my-cloud'])
  })

  it('refuses what cannot be a name, what the product has, and a place among its workspaces', () => {
    for (const name of ['My', 'a b', '../x', 'a--b', 'a-', '1a', 'x'.repeat(41)])
      expect(generate(name, '--in', parent).stderr).to.include('cannot be the name')
    expect(generate('postgresql', '--in', parent).stderr).to.include('of the product')
    expect(generate('mine', '--in', 'packages').stderr).to.include('workspace')
    expect(generate('--in', parent).status).to.equal(2)
    expect(readdirSync(parent)).to.not.include('mine')
  })
})
