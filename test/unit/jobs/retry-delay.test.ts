import { expect } from 'chai'
import { retryDelay } from '../../../packages/jobs/src/engine/retry-delay.js'

describe('the delay before another try', () => {
  const middle = () => 0.5

  it('grows with the trouble, from a second to half a minute', () => {
    expect([0, 4_000, 20_000, 600_000].map((trouble) => retryDelay(trouble, undefined, middle))).to.deep.equal([
      1_000, 2_000, 10_000, 30_000,
    ])
  })

  it('is spread, so that many jobs do not come back at once', () => {
    expect(retryDelay(0, undefined, () => 0)).to.equal(750)
    expect(retryDelay(0, undefined, () => 0.999)).to.be.within(1_240, 1_250)
  })

  it('is as long as the other side wishes, within reason', () => {
    expect(retryDelay(0, 60_000, middle)).to.equal(60_000)
    expect(retryDelay(0, 10 ** 9, middle)).to.equal(300_000)
    expect(retryDelay(0, 10, middle)).to.equal(1_000)
  })
})
