import { changeRecords, readEnvironment, writeHooks } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startHookReceiver } from '../../support/hook-receiver.js'
import { startJobStack } from '../../support/job-stack.js'
import { startWorkerProcess } from '../../support/worker-process.js'

describe('a worker that is killed in the middle of a hook', function () {
  this.timeout(120_000)

  it('leaves a call that is followed up to another, which does not make it anew', async () => {
    const stack = await startJobStack()
    let isFinished = false
    const receiver = await startHookReceiver(({ method }) => {
      if (method === 'POST') return { status: 202, headers: { location: '/work/9', 'retry-after': '1' } }
      return isFinished
        ? { status: 200, body: { status: 'succeeded' } }
        : // The worker dies while it waits for this.
          { status: 200, headers: { 'retry-after': '1' }, body: { status: 'running' }, afterMs: 1_500 }
    })
    const environment = { ...stack.workerEnvironment, LEASE_SECONDS: '2' }
    const first = startWorkerProcess(environment)
    try {
      await changeRecords(stack.store, async (records) => {
        const row = await readEnvironment(records, 'default')
        if (!row) throw new Error('There is no environment.')
        await writeHooks(records, { table: 'environments', id: row.id }, [receiver.hook({ name: 'slow' })])
      })
      const { job } = await stack.create({ name: 'Killed' })
      const deadline = Date.now() + 60_000
      while (!receiver.calls.some(({ method }) => method === 'GET') && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20))
      await first.kill()
      isFinished = true
      const second = startWorkerProcess(environment)
      try {
        const ended = await stack.waitForJob(job.id)
        expect(ended.status, JSON.stringify(ended.error)).to.equal('succeeded')
        expect(receiver.calls.filter(({ method }) => method === 'POST')).to.have.length(1)
        expect(new Set(receiver.calls.map(({ id }) => id)).size).to.equal(1)
      } finally {
        await second.stop()
      }
    } finally {
      await first.kill()
      await receiver.close()
      await stack.close()
    }
  })
})
