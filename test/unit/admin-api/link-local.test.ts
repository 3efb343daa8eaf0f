import { expect } from 'chai'
import dns from 'node:dns'
import { guardedLookup } from '../../../packages/admin-api/src/link-local.js'

describe('link-local addresses', () => {
  it('are refused after resolution, since any name can point at them', async () => {
    const lookup = (host: string) =>
      new Promise((resolve, reject) => {
        guardedLookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
      })
    // dns.lookup passes address literals through, as it would what a name server answers.
    expect(await lookup('169.254.169.254').catch((error: unknown) => error)).to.include({ code: 'target_host_refused' })
    expect(await lookup('::ffff:169.254.1.1').catch((error: unknown) => error)).to.include({
      code: 'target_host_refused',
    })
    expect(await lookup('localhost')).to.deep.equal(await dns.promises.lookup('localhost', { all: true }))
  })

  it('do not get in the way of callers who want a single address', async () => {
    const single = await new Promise((resolve, reject) => {
      guardedLookup('127.0.0.1', {}, (error, address, family) => (error ? reject(error) : resolve([address, family])))
    })
    expect(single).to.deep.equal(['127.0.0.1', 4])
  })
})
