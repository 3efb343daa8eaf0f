import { provisioner } from '@edfi-tenants/provisioner-mssql'
import type { Server } from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const text = (settings: Server['settings'] = {}, password = 'plain'): string =>
  provisioner.registeredConnectionString(
    {
      id: '1',
      name: 'main',
      settings: { host: 'sql.internal', ...settings },
      credentials: { username: 'admin', password: 'admin-secret' },
    },
    { databaseName: 'EdFi_Ods_1', login: { username: 'app', password } },
  ) as string

describe('registeredConnectionString of mssql', () => {
  it('leads to host and port of the settings when ODS/API reaches the server there, encrypted as we are', () => {
    expect(text()).to.equal(
      'Server=sql.internal,1433;Database=EdFi_Ods_1;User ID=app;Password=plain;Encrypt=True;TrustServerCertificate=False;',
    )
  })

  it('names an instance instead of a port, which SqlClient would prefer', () => {
    expect(text({ instanceName: 'ODS' })).to.match(/^Server=sql\.internal\\ODS;/)
  })

  it('leads to the registered address, with options that go before what our own connection has', () => {
    const registered = { host: 'listener', port: 1533, options: { Encrypt: 'Strict', 'Max Pool Size': '50' } }
    expect(text({ registered, trustServerCertificate: true })).to.equal(
      'Server=listener,1533;Database=EdFi_Ods_1;User ID=app;Password=plain;TrustServerCertificate=True;' +
        'Encrypt=Strict;Max Pool Size=50;',
    )
  })

  const quoted: [string, string][] = [
    ['a;b', '"a;b"'],
    ['a=b', '"a=b"'],
    [' a ', '" a "'],
    ["it's", `"it's"`],
    ['say "x"', `'say "x"'`],
    [`'"`, `"'"""`],
  ]
  for (const [password, expected] of quoted)
    it(`quotes ${password} as .NET's DbConnectionStringBuilder does, so that SqlClient reads it back`, () => {
      expect(text({}, password)).to.contain(`;Password=${expected};Encrypt=`)
    })

  it('refuses options that would lead elsewhere, under any of their names', () => {
    for (const keyword of ['Data Source', 'Addr', 'Initial Catalog', 'UID', 'Trusted_Connection', 'Authentication'])
      expect(() => text({ registered: { host: 'h', port: 1, options: { [keyword]: 'y' } } }))
        .to.throw()
        .with.property('code', 'settings_invalid')
  })

  it('refuses a string that would not fit into the column of Admin API', () => {
    expect(() => text({}, 'x'.repeat(1_100)))
      .to.throw()
      .with.property('code', 'settings_invalid')
  })
})
