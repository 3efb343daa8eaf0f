import { expect } from 'chai'
import { createLruCache } from '../../../apps/api/src/http/lru-cache.js'
import { fingerprintOf } from '../../../apps/api/src/http/idempotency.js'
import { basicCredentials } from '../../../apps/api/src/sign-in/client-credentials.js'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('client credentials in a Basic header', () => {
  it('are percent-decoded, as RFC 6749 wants them encoded', () => {
    expect(basicCredentials(basic('a%3Ab:s%2Bcret'))).to.deep.equal({ id: 'a:b', secret: 's+cret' })
  })
  it('are taken as they stand where they were not encoded', () => {
    expect(basicCredentials(basic('id:100%'))).to.deep.equal({ id: 'id', secret: '100%' })
  })
  it('are none where the header is missing, of another kind or without a colon', () => {
    for (const header of [undefined, 'Bearer abc', basic('id')]) expect(basicCredentials(header)).to.equal(null)
  })
})

describe('a bounded cache', () => {
  it('forgets what was not used for longest', () => {
    const cache = createLruCache<number>(2)
    cache.set('a', 1)
    cache.set('b', 2)
    cache.get('a')
    cache.set('c', 3)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).to.deep.equal([1, undefined, 3])
  })
})

describe('the fingerprint of a payload', () => {
  it('is the same whatever the order of fields, and another for other values or another order in a list', () => {
    const one = fingerprintOf({}, { a: 1, b: { c: [1, 2], d: null } })
    expect(fingerprintOf({}, { b: { d: null, c: [1, 2] }, a: 1 })).to.equal(one)
    for (const other of [{ a: 1, b: { c: [2, 1], d: null } }, { a: '1', b: { c: [1, 2], d: null } }, undefined])
      expect(fingerprintOf({}, other)).not.to.equal(one)
    expect(fingerprintOf({ x: '1' }, { a: 1, b: { c: [1, 2], d: null } })).not.to.equal(one)
  })
})
