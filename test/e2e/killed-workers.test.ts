import { expect } from 'chai'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { createWhileKilling } from '../support/killed-workers.js'

describe('workers that are killed with -9', function () {
  this.timeout(180_000)
  let stack: JobStack
  before(async () => {
    stack = await startJobStack()
  })
  after(() => stack.close())

  it('leave no job behind: every instance is created, each exactly once', async () => {
    const { kills } = await createWhileKilling(stack, { count: 8, prefix: 'Killed', killEveryMs: 2_000, kills: 4 })
    expect(kills).to.be.greaterThan(0)
  })
})
