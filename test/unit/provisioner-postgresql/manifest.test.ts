import { validateAgainst } from '@edfi-tenants/contract'
import type { JsonObject } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'

const faultsOf = (settings: JsonObject) => validateAgainst(provisioner.manifest.settingsSchema, settings, '/settings')

describe('manifest of postgresql', () => {
  it('takes a host alone, since everything else has a default', () => {
    expect(faultsOf({ host: 'db' })).to.deep.equal([])
  })

  it('takes every setting that is documented', () => {
    const settings = {
      host: 'db',
      port: 5432,
      tls: { mode: 'verify-full', ca: '-----BEGIN CERTIFICATE-----' },
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 600_000,
      maintenanceDatabase: 'postgres',
      cloneStrategy: 'file_copy',
      registered: { host: 'pgbouncer', port: 6432, options: { 'SSL Mode': 'Require' } },
    }
    expect(faultsOf(settings)).to.deep.equal([])
  })

  it('refuses unknown settings, modes and keywords, because a misspelt one would be ignored silently', () => {
    const wrongs: JsonObject[] = [
      {},
      { host: 'db', prot: 5432 },
      { host: 'db', port: '5432' },
      { host: 'db', tls: { mode: 'prefer' } },
      { host: 'db', cloneStrategy: 'fast' },
      { host: 'db', registered: { host: 'x', port: 1, options: { 'a;b': 'c' } } },
    ]
    for (const wrong of wrongs) expect(faultsOf(wrong), JSON.stringify(wrong)).not.to.deep.equal([])
  })
  const withOptions = (options: JsonObject) => faultsOf({ host: 'db', registered: { host: 'x', port: 1, options } })

  it('refuses keywords of the connection string that we set ourselves, in any case and spacing', () => {
    const keywords = 'Host,SERVER,port,Database,dB,Username,User Name,USER ID,UserId,User  Id,uid,Password,PSW,Pwd'
    for (const keyword of [...keywords.split(','), 'Passfile', 'Integrated Security', 'Host ', 'user name  '])
      expect(withOptions({ [keyword]: 'y' }), keyword).not.to.deep.equal([])
  })

  it('takes keywords that only begin or end like those', () => {
    for (const keyword of [
      'Host Recheck Seconds',
      'Persist Security Info',
      'Ssl Password',
      'Pooling',
      'Load Balance Hosts',
    ])
      expect(withOptions({ [keyword]: '10' }), keyword).to.deep.equal([])
  })

  it('refuses values that could end and begin another keyword', () => {
    for (const value of ['a;Host=b', `a'b`, 'a"b', 'a\nb', 'a\u0000'])
      expect(withOptions({ 'Application Name': value }), JSON.stringify(value)).not.to.deep.equal([])
    expect(withOptions({ 'Application Name': 'Ed-Fi ODS/API = größer' })).to.deep.equal([])
  })

  it('refuses authorities that are not PEM, which Node would take as no authority at all', () => {
    expect(faultsOf({ host: 'db', tls: { mode: 'verify-full', ca: '/etc/ssl/ca.pem' } })).not.to.deep.equal([])
  })
})
