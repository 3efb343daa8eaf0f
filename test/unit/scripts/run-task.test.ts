import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { runTask } from '../../../scripts/test/run-task.js'
import { newTally, type Tally } from '../../../scripts/test/tally.js'

const root = path.resolve(import.meta.dirname, '../../..')

describe('runTask', function () {
  // Each starts a mocha of its own.
  this.timeout(60_000)
  let folder: string
  before(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'run-task-test-'))))
  after(() => rmSync(folder, { recursive: true }))

  async function tallyOf(source: string): Promise<Tally> {
    const file = path.join(folder, 'sample.test.ts')
    writeFileSync(file, source)
    const tally = newTally()
    await runTask(
      { kind: 'suite', name: 'sample', files: [file], needsServices: false },
      { root, env: process.env, tally, print: () => undefined },
    )
    return tally
  }

  it('counts what passed, failed and was skipped, and keeps what was said about it', async () => {
    const tally = await tallyOf(`describe('sample', () => {
      it('passes', () => undefined)
      it('fails', () => { console.log('heard before'); throw new Error('as it should') })
      it('skips', function () { console.warn('Skipped, no reason: sample'); this.skip() })
    })`)
    expect([tally.passed, tally.failures.length, tally.skipped]).to.deep.equal([1, 1, ['sample skips']])
    expect(tally.failures[0]?.details).to.contain('as it should').and.to.contain('heard before')
    expect([...tally.reasons]).to.deep.equal(['Skipped, no reason: sample'])
  })

  it('counts a process that ends in the middle as a failure, so that its missing tests are not taken for passed', async () => {
    const tally = await tallyOf(`describe('sample', () => {
      it('passes', () => undefined)
      it('ends', () => process.exit(0))
      it('is never reached', () => undefined)
    })`)
    expect(tally.passed).to.equal(1)
    expect(tally.failures.map(({ title }) => title)).to.deep.equal(['sample as a whole'])
  })

  it('counts a test file that cannot be loaded as a failure that says why', async () => {
    const tally = await tallyOf(`import './not-there.js'`)
    expect(tally.failures).to.have.length(1)
    expect(tally.failures[0]?.details).to.contain('not-there')
  })
})
