import { isFailure } from '@edfi-tenants/core'
import { assertAddressAllowed, guardedLookup } from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const lookedUp = (host: string): Promise<unknown> =>
  new Promise((resolve) => {
    guardedLookup(host, {}, (error, address) => {
      resolve(isFailure(error) ? error.code : address)
    })
  })

describe('link-local', () => {
  for (const address of [
    '169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
    '[fe80::1]',
    '::ffff:169.254.169.254',
    '::ffff:100.100.100.200',
    '64:ff9b::a9fe:a9fe',
    '168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
  ])
    it(`refuses ${address}, where clouds give credentials to whoever asks from inside`, () => {
      expect(() => {
        assertAddressAllowed(address)
      })
        .to.throw()
        .with.property('code', 'target_host_refused')
    })

  for (const host of ['127.0.0.1', '10.0.0.5', '::1', 'fd00::5', 'db.internal'])
    it(`lets ${host} pass, since servers live in private networks`, () => {
      expect(() => {
        assertAddressAllowed(host)
      }).not.to.throw()
    })

  it('judges a name by what it resolves to, not by how it is written', async () => {
    // The resolver of the system reads a number as an address: this one is 169.254.169.254.
    expect(await lookedUp('2852039166')).to.equal('target_host_refused')
    expect(await lookedUp('2130706433')).to.equal('127.0.0.1')
  })
})
