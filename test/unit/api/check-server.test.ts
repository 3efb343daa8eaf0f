import type { Json } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { parseTargetHosts } from '@edfi-tenants/runtime'
import { expect } from 'chai'
import { assertServable } from '../../../apps/api/src/database-servers/check-server.js'

describe('the hosts of a database server', () => {
  const manifest = { ...provisioner.manifest, updatedAt: new Date() }
  const allowed = parseTargetHosts('*.example.org')
  const refused = (settings: Record<string, Json>): unknown => {
    const server = { settings, templates: {}, username: 'a', registeredUsername: null, registeredLogin: 'shared' }
    try {
      assertServable(server as never, manifest, allowed)
      return null
    } catch (error) {
      return (error as { extensions: { pointer?: string } }).extensions.pointer
    }
  }

  it('are judged by the list wherever they stand', () => {
    expect(refused({ host: 'sql.example.org' })).to.equal(null)
    expect(refused({ host: 'sql.elsewhere.org' })).to.equal('/settings/host')
    const registered = { host: 'sql.elsewhere.org', port: 1433 }
    expect(refused({ host: 'sql.example.org', registered })).to.equal('/settings/registered/host')
  })

  it('are not looked for in settings whose schema says that they hold none', () => {
    const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    expect(refused({ host: 'sql.example.org', ca })).to.equal(null)
    expect(refused({ host: 'sql.example.org', instanceName: 'SQLEXPRESS' })).to.equal(null)
    const undeclared = structuredClone(manifest.settingsSchema) as { properties: Record<string, object> }
    undeclared.properties['instanceName'] = { type: 'string' }
    const server = { host: 'sql.example.org', instanceName: 'SQLEXPRESS' }
    expect(() =>
      assertServable(
        { settings: server, templates: {}, username: 'a', registeredUsername: null, registeredLogin: 'shared' },
        { ...manifest, settingsSchema: undeclared } as never,
        allowed,
      ),
    ).to.throw(/may not be connected to/)
  })
})
