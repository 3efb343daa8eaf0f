import { expect } from 'chai'
import { newTally, report, summaryLine } from '../../../scripts/test/tally.js'

describe('tally of a test run', () => {
  it('ends with the summary line, whatever there is to tell before it, because scripts read the last line', () => {
    const tally = {
      passed: 3,
      failures: [{ title: 'lint', details: 'one\ntwo\n' }],
      skipped: ['a test'],
      reasons: new Set(['Skipped, no Docker: a test']),
    }
    const lines = report(tally).split('\n')
    expect(lines.at(-1)).to.equal('3 passed, 1 failed, 1 skipped')
    expect(lines).to.include.members(['1) lint', '   one', '   two', '  - a test', '    Skipped, no Docker: a test'])
  })

  it('has a line for nothing at all', () => {
    expect(summaryLine(newTally())).to.equal('0 passed, 0 failed, 0 skipped')
  })
})
