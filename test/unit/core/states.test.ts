import {
  canMoveInstance,
  canMoveJob,
  hasScope,
  instanceStatuses,
  isFinished,
  isRetryable,
  isWithinBound,
  jobStatuses,
} from '@edfi-tenants/core'
import { expect } from 'chai'

describe('states', () => {
  it('let a job run once begun, end once ended, and begin again only by retry', () => {
    expect(jobStatuses.filter((to) => canMoveJob('queued', to))).to.deep.equal(['running', 'cancelled'])
    expect(jobStatuses.filter((to) => canMoveJob('succeeded', to))).to.deep.equal([])
    expect(jobStatuses.filter(isRetryable)).to.deep.equal(['failed', 'cancelled'])
    expect(jobStatuses.filter((status) => !isFinished(status))).to.deep.equal(['queued', 'running'])
  })

  it('let nothing come back from purged, and only deleted become purged', () => {
    expect(instanceStatuses.filter((to) => canMoveInstance('purged', to))).to.deep.equal([])
    expect(instanceStatuses.filter((from) => canMoveInstance(from, 'purged'))).to.deep.equal(['deleted'])
  })
})

describe('scopes and bounds', () => {
  it('admin includes every scope, others only themselves', () => {
    expect(hasScope(['admin'], 'audit:read')).to.equal(true)
    expect(hasScope(['read'], 'audit:read')).to.equal(false)
  })

  it('tenants compare ignoring case, and an empty bound holds none', () => {
    expect(isWithinBound('*', 'any')).to.equal(true)
    expect(isWithinBound(['District-One'], 'district-one')).to.equal(true)
    expect(isWithinBound([], 'district-one')).to.equal(false)
  })
})
