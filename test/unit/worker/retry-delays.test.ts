import { expect } from 'chai'
import { retryAfter, retryDelaysMs } from '../../../apps/worker/src/webhooks/retry-delays.js'

describe('the times between tries of a delivery', () => {
  it('grow to about a day in all, and end after eight tries', () => {
    const hours = retryDelaysMs.reduce((sum, each) => sum + each, 0) / 3_600_000
    expect(hours).to.be.within(20, 28)
    expect([...retryDelaysMs]).to.deep.equal([...retryDelaysMs].sort((a, b) => a - b))
    expect(retryAfter(7)).to.be.a('number')
    expect(retryAfter(8)).to.equal(null)
  })

  it('differ a little each time, so that not all come back at once', () => {
    const waits = new Set(Array.from({ length: 50 }, () => retryAfter(3)))
    expect(waits.size).to.be.greaterThan(10)
    for (const wait of waits) expect(wait).to.be.within(240_000, 360_000)
  })
})
