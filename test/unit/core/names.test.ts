import { defaultDatabaseName, isReservedDatabaseName } from '@edfi-tenants/core'
import { expect } from 'chai'

describe('database names', () => {
  it('are made of tenant and name, with other characters replaced', () => {
    expect(defaultDatabaseName('district-one', 'Grand Bend (2026)')).to.equal('EdFi_Ods_district_one_Grand_Bend__2026_')
    expect(defaultDatabaseName('d1', 'x', 'ods_{tenant}_{name}')).to.equal('ods_d1_x')
    expect(defaultDatabaseName('d1', '2026', '{name}')).to.match(/^[A-Za-z]/)
  })

  it('stay within 63 bytes and apart from each other however long they are', () => {
    const first = defaultDatabaseName('tenant', `${'a'.repeat(90)}1`)
    const second = defaultDatabaseName('tenant', `${'a'.repeat(90)}2`)
    expect([first.length, second.length]).to.deep.equal([63, 63])
    expect(first).not.to.equal(second)
  })

  it('may never be those of the engines, of Ed-Fi, of templates, or of unfinished databases', () => {
    for (const name of [
      'postgres',
      'Template1',
      'MASTER',
      'EdFi_Admin',
      'edfi_admin_tenant1',
      'EdFi_Security',
      'EdFi_Ods_Minimal_Template',
      'ods_minimal_template',
      'tm_x',
      'rdsadmin',
    ])
      expect(isReservedDatabaseName(name), name).to.equal(true)
    expect(isReservedDatabaseName('my_template', ['My_Template'])).to.equal(true)
    for (const name of ['EdFi_Ods_2026', 'EdFi_Ods_255901', 'postgres2'])
      expect(isReservedDatabaseName(name), name).to.equal(false)
  })
})
