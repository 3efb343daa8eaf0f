import { anyTargetHost, isAllowedTarget, parseTargetHosts } from '@edfi-tenants/runtime'
import { expect } from 'chai'

describe('Target hosts', () => {
  it('refuse link-local addresses and metadata names in every spelling, whatever the list says', () => {
    const everything = parseTargetHosts('0.0.0.0/0, ::/0, *.internal, metadata.google.internal, 169.254.169.254')
    for (const host of [
      '169.254.169.254',
      '169.254.0.1',
      '2852039166',
      '0xA9FEA9FE',
      '0251.0376.0251.0376',
      '169.254.43518',
      '[fe80::1]',
      'fe80::1%eth0',
      'febf::1',
      '::ffff:169.254.169.254',
      '[::ffff:a9fe:a9fe]',
      '64:ff9b::169.254.169.254',
      'fd00:ec2::254',
      '100.100.100.200',
      'metadata.google.internal',
      'METADATA.google.internal.',
      'metadata',
    ]) {
      expect(isAllowedTarget(host, anyTargetHost), host).to.equal(false)
      expect(isAllowedTarget(host, everything), host).to.equal(false)
    }
  })

  it('are all others when the list is empty', () => {
    for (const host of ['db.example.org', '10.1.2.3', 'localhost', '::1', '[2001:db8::1]', 'db_1'])
      expect(isAllowedTarget(host, anyTargetHost), host).to.equal(true)
    for (const host of ['', ' ', 'a b', 'a/b', 'a@b', 'a:1', '..', 'db?x', '1.2.3.4.5'])
      expect(isAllowedTarget(host, anyTargetHost), host).to.equal(false)
  })

  it('are those on the list, by name, suffix, address and range', () => {
    const allowed = parseTargetHosts('DB.example.org, *.ods.example.org, 10.0.0.0/8, 192.168.1.5, 2001:db8::/32')
    for (const host of [
      'db.example.org',
      'a.ods.example.org',
      'A.b.ODS.example.org.',
      '10.9.8.7',
      '192.168.1.5',
      '2001:db8::9',
      '::ffff:10.0.0.1',
    ])
      expect(isAllowedTarget(host, allowed), host).to.equal(true)
    for (const host of [
      'example.org',
      'xdb.example.org',
      'ods.example.org',
      'evilods.example.org',
      '11.0.0.1',
      '192.168.1.6',
      '2001:db9::1',
      'localhost',
    ])
      expect(isAllowedTarget(host, allowed), host).to.equal(false)
  })

  it('refuse a list with an entry that can match nothing, so that a typing error does not lock everything out', () => {
    for (const list of ['10.0.0.0/33', 'db.example.org/24', '*', 'a*b', 'http://db', '10.0.0.0/8/8', '::/129'])
      expect(() => parseTargetHosts(list), list).to.throw()
  })
})
