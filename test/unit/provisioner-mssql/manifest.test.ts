import { validateAgainst } from '@edfi-tenants/contract'
import type { Json, JsonObject } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'

const faultsOf = (settings: JsonObject) => validateAgainst(provisioner.manifest.settingsSchema, settings, '/settings')
const templateFaults = (template: Json) => validateAgainst(provisioner.manifest.templateSchema, template, '/template')

describe('manifest of mssql', () => {
  it('takes a host alone, since everything else has a default', () => {
    expect(faultsOf({ host: 'sql' })).to.deep.equal([])
  })

  it('takes every setting that is documented, with folders of either system', () => {
    const settings = {
      host: 'sql',
      port: 1433,
      instanceName: 'ODS',
      encrypt: true,
      trustServerCertificate: false,
      ca: '-----BEGIN CERTIFICATE-----',
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 600_000,
      backupFolder: 'D:\\Backups',
      dataFolder: '/var/opt/mssql/data',
      logFolder: '\\\\server\\share\\logs',
      registered: { host: 'listener', port: 1433, options: { Encrypt: 'Strict' } },
    }
    expect(faultsOf(settings)).to.deep.equal([])
  })

  it('refuses what would be ignored silently, lead elsewhere, or not be a place of the server', () => {
    const wrongs: JsonObject[] = [
      {},
      { host: 'sql', prot: 1433 },
      { host: 'sql', port: '1433' },
      { host: 'sql;Database=master' },
      { host: 'sql\\ODS' },
      { host: 'sql', backupFolder: 'relative/folder' },
      { host: 'sql', backupUrl: 'ftp://x/y' },
      { host: 'sql', backupFolder: '/b', backupUrl: 'https://a.blob.core.windows.net/b' },
      { host: 'sql', registered: { host: 'x', port: 1, options: { 'a;b': 'c' } } },
      { host: 'sql', registered: { host: 'x', port: 1, options: { User_ID: 'c' } } },
      { host: 'sql', registered: { host: 'x', port: 1, options: { 'App Name': 'c;Server=y' } } },
    ]
    for (const wrong of wrongs) expect(faultsOf(wrong), JSON.stringify(wrong)).not.to.deep.equal([])
  })

  it('takes a template as a database or as a backup, never as both or as a mere name', () => {
    for (const right of [
      { database: 'EdFi_Ods_Minimal_Template' },
      { backup: '/var/opt/mssql/backup/minimal.bak' },
      { backup: 'D:\\Backups\\minimal.bak' },
      { backup: 'https://account.blob.core.windows.net/backups/minimal.bak' },
    ])
      expect(templateFaults(right), JSON.stringify(right)).to.deep.equal([])
    for (const wrong of ['EdFi_Ods', {}, { database: '' }, { backup: 'minimal.bak' }, { database: 'x', backup: '/x' }])
      expect(templateFaults(wrong), JSON.stringify(wrong)).not.to.deep.equal([])
  })
})
