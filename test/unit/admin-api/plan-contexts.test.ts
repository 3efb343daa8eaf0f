import { Failure } from '@edfi-tenants/core'
import { expect } from 'chai'
import { planContexts } from '../../../packages/admin-api/src/plan-contexts.js'

describe('planContexts', () => {
  const present = [
    { id: 1, key: 'year', value: '2026' },
    { id: 2, key: 'district', value: '1' },
  ]

  it('plans nothing when all is right', () => {
    expect(planContexts(present, { year: '2026', district: '1' })).to.deep.equal({
      surplus: [],
      different: [],
      missing: [],
    })
  })

  it('changes a key that differs in case, because Admin API would refuse it as a second one', () => {
    expect(planContexts(present, { Year: '2026', campus: 'x' })).to.deep.equal({
      surplus: [present[1]],
      different: [{ id: 1, key: 'Year', value: '2026' }],
      missing: [{ key: 'campus', value: 'x' }],
    })
  })

  it('refuses keys that Admin API could not hold side by side', () => {
    expect(() => planContexts([], { year: '1', YEAR: '2' }))
      .to.throw(Failure)
      .that.includes({ code: 'admin_api_refused' })
  })
})
