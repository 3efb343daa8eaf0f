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
})
