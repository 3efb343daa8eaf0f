import { asFailure, Failure, isFailure, problemKinds, type ProblemCode } from '@edfi-tenants/core'
import { expect } from 'chai'

describe('problems', () => {
  it('each have a status, a title, a meaning and a remedy in full sentences', () => {
    for (const [code, kind] of Object.entries(problemKinds)) {
      expect(code).to.match(/^[a-z]+(_[a-z]+)*$/)
      expect(kind.status, code).to.be.within(400, 599)
      expect(kind.meaning, code).to.match(/^[A-Z].*\.$/s)
      expect(kind.remedy, code).to.match(/^[A-Z].*\.$/s)
    }
  })

  it('of a failure name its code, its page and what happened, and extensions cannot overwrite them', () => {
    const failure = new Failure('instance_busy', 'Job 4 runs.', { extensions: { job: { id: '4' }, code: 'other' } })
    expect(failure.toProblem()).to.deep.equal({
      type: '/docs/errors/instance_busy',
      title: problemKinds.instance_busy.title,
      status: 409,
      code: 'instance_busy',
      detail: 'Job 4 runs.',
      job: { id: '4' },
    })
  })

  it('do not reveal the text of an error that nobody foresaw', () => {
    const failure = asFailure(new Error('password=hunter2'))
    expect(failure).to.include({ code: 'internal_error' satisfies ProblemCode, retryable: false })
    expect(JSON.stringify(failure.toProblem())).not.to.contain('hunter2')
    expect(isFailure(failure)).to.equal(true)
    expect(isFailure(new Error('x'))).to.equal(false)
  })
})
