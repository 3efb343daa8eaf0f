import type { Operation, OwnDatabase } from '@edfi-tenants/provisioner'
import { expect } from 'chai'
import { closeWherePossible, openWherePossible } from '../../../packages/jobs/src/steps/close-where-possible.js'

describe('closing what has no users any more', () => {
  const calls: string[] = []
  const access = (supportsStop: boolean) =>
    ({
      server: {},
      provisioner: {
        manifest: { capabilities: { supportsStop } },
        stopDatabase: () => Promise.resolve(void calls.push('stop')),
        startDatabase: () => Promise.resolve(void calls.push('start')),
      },
    }) as unknown as Parameters<typeof closeWherePossible>[0]
  const [request, operation] = [{} as OwnDatabase, {} as Operation]
  beforeEach(() => void calls.splice(0))

  it('stops and starts it where the engine can', async () => {
    expect(await closeWherePossible(access(true), request, operation)).to.equal(true)
    await openWherePossible(access(true), request, operation)
    expect(calls).to.deep.equal(['stop', 'start'])
  })

  it('leaves it as it is where the engine cannot, so that a deletion does not fail', async () => {
    expect(await closeWherePossible(access(false), request, operation)).to.equal(false)
    await openWherePossible(access(false), request, operation)
    expect(calls).to.deep.equal([])
  })
})
