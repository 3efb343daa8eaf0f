import { isAddress, isInternal, isLinkLocal, normaliseHost } from '@edfi-tenants/core'
import { expect } from 'chai'

describe('addresses', () => {
  it('are link-local in every notation that a URL or resolver can produce', () => {
    for (const host of [
      '169.254.0.0',
      '169.254.169.254',
      '2852039166',
      '0xA9FEA9FE',
      '0251.0376.0251.0376',
      'fe80::1',
      'febf::1',
      '[fe80::1]',
      'fe80::1%eth0',
      '::ffff:169.254.169.254',
      '[::ffff:a9fe:a9fe]',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::1',
      '::a9fe:a9fe',
      '100.100.100.200',
      'fd00:ec2::254',
      'Metadata.google.internal.',
    ])
      expect(isLinkLocal(host), host).to.equal(true)
    for (const host of ['127.0.0.1', '10.0.0.1', '169.253.1.1', '::1', 'fec0::1', '::ffff:10.0.0.1', 'fe80.example'])
      expect(isLinkLocal(host), host).to.equal(false)
  })

  it('are internal where the internet does not reach them, however they are written', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '169.254.1.1',
      '[::1]',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      'fc00::1',
      'fd12:3456::1',
      'fe80::1',
      'fec0::1',
      'ff02::1',
      '64:ff9b::10.0.0.1',
      '2002:0a00:0001::1',
      '2001:db8::1',
      '2001::1',
      'localhost',
      'a.localhost',
      'printer.local',
      'intranet',
      'host.docker.internal',
      'no host',
    ])
      expect(isInternal(host), host).to.equal(true)
    for (const host of [
      '8.8.8.8',
      '172.15.0.1',
      '172.32.0.1',
      '11.0.0.1',
      '100.128.0.1',
      '2606:4700::1111',
      '[2a00:1450:4001::8a]',
      '::ffff:8.8.8.8',
      '64:ff9b::8.8.8.8',
      'hooks.example.org',
      'local.example.org',
    ])
      expect(isInternal(host), host).to.equal(false)
  })

  it('are told from names, and each host has one spelling', () => {
    for (const host of ['1.2.3.4', '[::1]', '0x7f000001']) expect(isAddress(host), host).to.equal(true)
    for (const host of ['example.org', '1.2.3.4.example.org', 'x y']) expect(isAddress(host), host).to.equal(false)
    expect(normaliseHost('[2001:DB8:0::1]')).to.equal('2001:db8::1')
    expect(normaliseHost('EXAMPLE.org.')).to.equal('example.org')
    expect(normaliseHost('a/b')).to.equal(undefined)
  })
})
