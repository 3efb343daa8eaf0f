import { expect } from 'chai'
import { createGate } from '../../../packages/admin-api/src/gate.js'

describe('the gate', () => {
  const { signal } = new AbortController()
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

  it('lets in as many as it has places, in the order in which they came, also after a failure', async () => {
    const gate = createGate(2)
    const [entered, leave]: [number[], (() => void)[]] = [[], []]
    const runs = [0, 1, 2, 3].map((each) =>
      gate
        .run(signal, () => {
          entered.push(each)
          return new Promise<void>((resolve, reject) => leave.push(each === 0 ? () => reject(new Error('x')) : resolve))
        })
        .catch(() => undefined),
    )
    await nextTurn()
    expect(entered).to.deep.equal([0, 1])
    leave[0]!()
    await nextTurn()
    expect(entered).to.deep.equal([0, 1, 2])
    gate.limit = 3
    leave[1]!()
    await nextTurn()
    expect(entered).to.deep.equal([0, 1, 2, 3])
    leave.slice(2).forEach((each) => each())
    await Promise.all(runs)
  })

  it('loses no place to those who give up waiting', async () => {
    const gate = createGate(1)
    const controller = new AbortController()
    let leave!: () => void
    const first = gate.run(signal, () => new Promise<void>((resolve) => (leave = resolve)))
    const second = gate.run(controller.signal, () => Promise.resolve('never')).catch((error: unknown) => error)
    await nextTurn()
    controller.abort()
    expect(await second).to.include({ code: 'admin_api_unreachable' })
    expect(await gate.run(controller.signal, () => Promise.resolve()).catch((error: unknown) => error)).to.include({
      code: 'admin_api_unreachable',
    })
    leave()
    await first
    expect(await gate.run(signal, () => Promise.resolve('in'))).to.equal('in')
  })
})
