import { expect } from 'chai'
import dns from 'node:dns'
import { guardedLookup, isLinkLocal } from '../../../packages/admin-api/src/link-local.js'

describe('link-local addresses', () => {
  it('are told from others in every notation that a URL or resolver can produce', () => {
    const refused = [
      '169.254.0.0',
      '169.254.169.254',
      'fe80::1',
      'febf::1',
      '[fe80::1]',
      'fe80::1%eth0',
      '::ffff:169.254.169.254',
    ]
    for (const address of [...refused, '[::ffff:a9fe:a9fe]', '64:ff9b::a9fe:a9fe', '::a9fe:a9fe', 'fd00:ec2::254']) {
      expect(isLinkLocal(address), address).to.equal(true)
    }
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.253.1.1',
      '::1',
      'fec0::1',
      '::ffff:10.0.0.1',
      'localhost',
      'fe80.example',
    ]) {
      expect(isLinkLocal(address), address).to.equal(false)
    }
  })

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
