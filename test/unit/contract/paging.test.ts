import { decodeCursor, encodeCursor, operations, preferredWaitSeconds } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { read } from './request.js'

describe('a cursor', () => {
  it('comes back as the keyset it was made from, and is taken by every list', () => {
    const keyset = ['é', 42, null]
    const cursor = encodeCursor(keyset)
    expect(decodeCursor(cursor)).to.deep.equal(keyset)
    expect(read(operations.listJobs, { search: `cursor=${cursor}` }).query.cursor).to.equal(cursor)
  })

  for (const cursor of ['', 'AAAA', 'bm90IGpzb24'])
    it(`is nothing when it is none of ours: "${cursor}"`, () => expect(decodeCursor(cursor)).to.equal(undefined))
})

describe('the wait that a client prefers', () => {
  for (const [prefer, seconds] of [
    [undefined, 0],
    ['wait=20', 20],
    ['respond-async, Wait = "5"', 5],
    ['wait=9999', 30],
    ['wait=-1', 0],
    ['wait=soon', 0],
    ['await=5', 0],
  ] as const)
    it(`is ${seconds} seconds for ${prefer ?? 'no header'}`, () =>
      expect(preferredWaitSeconds(prefer)).to.equal(seconds))
})
