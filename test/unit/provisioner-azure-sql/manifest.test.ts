import { validateAgainst } from '@edfi-tenants/contract'
import type { Json, JsonObject } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-azure-sql'
import { authenticationOf, readSettings, type Target } from '@edfi-tenants/provisioner-mssql'
import { expect } from 'chai'

const faultsOf = (settings: JsonObject) => validateAgainst(provisioner.manifest.settingsSchema, settings, '/settings')
const templateFaults = (template: Json) => validateAgainst(provisioner.manifest.templateSchema, template, '/template')
const host = 'example.database.windows.net'
const entraTenantId = '5d6a1c1e-6a57-4c34-9a2f-0c1b2d3e4f50'

describe('manifest of azure-sql', () => {
  it('takes a host alone, and every setting that is documented', () => {
    expect(faultsOf({ host })).to.deep.equal([])
    const settings = {
      host,
      port: 1433,
      authentication: 'entra-service-principal',
      entraTenantId,
      serviceObjective: 'GP_S_Gen5_1',
      encrypt: true,
      trustServerCertificate: false,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 600_000,
      pollIntervalMs: 1_000,
      retryAfterMs: 5_000,
      registered: { host, port: 1433, options: { 'Connect Retry Count': '3' } },
    }
    expect(faultsOf(settings)).to.deep.equal([])
    expect(faultsOf({ host, elasticPool: 'a ] pool', authentication: 'entra-default' })).to.deep.equal([])
  })

  it('refuses what contradicts itself, breaks out of a statement, or is set by ourselves only', () => {
    const wrongs: JsonObject[] = [
      {},
      { host, serviceObjective: 'S0', elasticPool: 'pool' },
      { host, serviceObjective: `S0'); drop database x; --` },
      { host, authentication: 'entra-service-principal' },
      { host, authentication: 'windows' },
      { host, ownConnections: false },
      { host, backupFolder: '/var' },
    ]
    for (const wrong of wrongs) expect(faultsOf(wrong), JSON.stringify(wrong)).not.to.deep.equal([])
  })

  it('takes databases as templates, and no backups, which this service does not restore', () => {
    expect(templateFaults({ database: 'EdFi_Ods_Minimal_Template' })).to.deep.equal([])
    expect(templateFaults({ backup: '/x.bak' })).not.to.deep.equal([])
  })
})

describe('signing in to azure-sql', () => {
  const target = (settings: JsonObject, role: Target['role'] = 'admin'): Target => ({
    settings: readSettings({ id: '1', name: 'x', settings: { host, ...settings }, credentials }),
    database: 'master',
    login: credentials,
    role,
  })
  const credentials = { username: 'client', password: 'secret' }
  const principal = { authentication: 'entra-service-principal', entraTenantId }

  it('is by password, as an application of Entra ID, or as what the worker is', () => {
    expect(authenticationOf(target({})).type).to.equal('default')
    expect(authenticationOf(target(principal))).to.deep.equal({
      type: 'azure-active-directory-service-principal-secret',
      options: { clientId: 'client', clientSecret: 'secret', tenantId: entraTenantId },
    })
    expect(authenticationOf(target({ authentication: 'entra-default', entraClientId: entraTenantId }))).to.deep.equal({
      type: 'azure-active-directory-default',
      options: { clientId: entraTenantId },
    })
  })

  it('is by password for the registered login, whatever the privileged one is', () => {
    expect(authenticationOf(target(principal, 'registered')).type).to.equal('default')
  })
})
