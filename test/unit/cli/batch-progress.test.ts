import type { Batch } from '@edfi-tenants/api-client'
import { expect } from 'chai'
import { durationOf } from '../../../apps/cli/src/output/duration.js'
import { stateOf } from '../../../apps/cli/src/watching/batch-progress.js'
import { hasPausedItself } from '../../../apps/cli/src/watching/watch-batch.js'

const batch = (more: Partial<Batch>, counts: Partial<Batch['counts']> = {}): Batch => ({
  id: '00000000-0000-4000-8000-000000000001',
  number: 1,
  operation: 'instance.create',
  status: 'running',
  total: 500,
  counts: { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, unchanged: 0, ...counts },
  etaSeconds: null,
  options: {},
  pausedBy: null,
  undoes: null,
  follows: null,
  tenants: [],
  requestedBy: 'me',
  onBehalfOf: null,
  createdAt: '2026-07-01T00:00:00.000Z',
  finishedAt: null,
  ...more,
})

describe('the progress of a batch', () => {
  it('says what is at work, what went wrong, how fast and how long yet', () => {
    const going = batch({ etaSeconds: 95 }, { running: 4, failed: 2, unchanged: 3 })
    expect(stateOf(going, 4.13)).to.equal(', 4 running, 2 failed, 3 unchanged, 4.1/s, about 2 min left')
    expect(stateOf(batch({}), null)).to.equal('')
    expect(stateOf(batch({}), 0.5)).to.equal(', 30.0/min')
    expect(stateOf(batch({ status: 'paused', etaSeconds: 5 }), null)).to.equal(', paused')
  })

  it('counts as standing still only when it has paused itself and nothing is at work any more', () => {
    expect(hasPausedItself(batch({ status: 'paused', pausedBy: 'failures' }))).to.equal(true)
    expect(hasPausedItself(batch({ status: 'paused', pausedBy: 'canary' }))).to.equal(true)
    expect(hasPausedItself(batch({ status: 'paused', pausedBy: 'canary' }, { running: 1 }))).to.equal(false)
    expect(hasPausedItself(batch({ status: 'paused', pausedBy: 'request' }))).to.equal(false)
    expect(hasPausedItself(batch({}))).to.equal(false)
  })

  it('tells times as people do', () => {
    expect([0.2, 89, 90, 3600, 7500].map(durationOf)).to.deep.equal(['0 s', '89 s', '2 min', '60 min', '2 h 5 min'])
  })
})
