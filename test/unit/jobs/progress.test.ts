import type { StepRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { jobProgress } from '../../../packages/jobs/src/engine/progress.js'

const step = (name: string, weight?: number) => ({
  name,
  run: () => Promise.resolve({}),
  ...(weight === undefined ? {} : { weight }),
})
const rows = (...statuses: StepRow['status'][]) => statuses.map((status) => ({ status }) as StepRow)

describe('a job’s progress', () => {
  const steps = [step('first'), step('long', 8), step('last')]

  it('counts finished and skipped steps by their weight', () => {
    expect(jobProgress(steps, rows('pending', 'pending', 'pending'))).to.equal(0)
    expect(jobProgress(steps, rows('succeeded', 'skipped', 'pending'))).to.equal(90)
    expect(jobProgress(steps, rows('succeeded', 'succeeded', 'succeeded'))).to.equal(100)
  })

  it('counts the running step as far as it is, and never more than all of it', () => {
    expect(jobProgress(steps, rows('succeeded', 'running', 'pending'), { position: 1, percent: 50 })).to.equal(50)
    expect(jobProgress(steps, rows('succeeded', 'running', 'pending'), { position: 1, percent: 900 })).to.equal(90)
  })
})
