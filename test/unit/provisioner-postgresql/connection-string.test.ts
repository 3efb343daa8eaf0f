import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import type { Server } from '@edfi-tenants/provisioner'
import { expect } from 'chai'

const server = (registered?: Server['settings']['registered']): Server => ({
  id: '1',
  name: 'main',
  settings: { host: 'db.internal', port: 5433, ...(registered === undefined ? {} : { registered }) },
  credentials: { username: 'admin', password: 'admin-secret' },
})
const text = (password: string, registered?: Server['settings']['registered']): string =>
  provisioner.registeredConnectionString(server(registered), {
    databaseName: 'EdFi_Ods_1',
    login: { username: 'app', password },
  }) as string

describe('registeredConnectionString', () => {
  it('leads to host and port of the settings when ODS/API reaches the server there', () => {
    expect(text('plain')).to.equal('host=db.internal;port=5433;username=app;password=plain;database=EdFi_Ods_1;')
  })

  it('leads to the registered address, with the further options of the driver', () => {
    const registered = { host: 'pgbouncer', port: 6432, options: { 'SSL Mode': 'Require', pooling: 'false' } }
    expect(text('plain', registered)).to.equal(
      'host=pgbouncer;port=6432;username=app;password=plain;database=EdFi_Ods_1;SSL Mode=Require;pooling=false;',
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
    it(`quotes ${password} as .NET's DbConnectionStringBuilder does, so that Npgsql reads it back`, () => {
      expect(text(password)).to.contain(`;password=${expected};database=`)
    })

  it('refuses options that would lead elsewhere, under any of their names', () => {
    for (const keyword of ['Server', 'User Id', 'PASSWORD', 'database'])
      expect(() => text('x', { host: 'h', port: 1, options: { [keyword]: 'y' } }))
        .to.throw()
        .with.property('code', 'settings_invalid')
  })

  it('refuses a string that would not fit into the column of Admin API', () => {
    const options = { 'Application Name': 'x'.repeat(1_100) }
    expect(() => text('x', { host: 'h', port: 1, options }))
      .to.throw()
      .with.property('code', 'settings_invalid')
  })
})
