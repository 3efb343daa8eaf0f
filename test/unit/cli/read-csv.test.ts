import { expect } from 'chai'
import { columns } from '../../../apps/cli/src/onboarding/columns.js'
import { readCsv } from '../../../apps/cli/src/onboarding/read-csv.js'
import { templateFile } from '../../../apps/cli/src/onboarding/template.js'

const bodies = (text: string) => {
  const { rows, faults } = readCsv(text)
  expect(faults).to.deep.equal([])
  return rows.map(({ body }) => body)
}

describe('a CSV file', () => {
  it('needs tenant and name only, and keeps leading zeros, as everything is text', () => {
    expect(bodies('tenant,name,label.district,context.schoolYearFromRoute\nd1,007,00255901,2026\n')).to.deep.equal([
      { tenant: 'd1', name: '007', labels: { district: '00255901' }, contexts: { schoolYearFromRoute: '2026' } },
    ])
  })

  it('is the same with a byte order mark, CRLF, semicolons or tabs, and space around its cells', () => {
    const expected = [{ tenant: 'd1', name: 'One, two', displayName: 'Café "One"' }]
    const texts = [
      'tenant,name,displayName\nd1,"One, two","Café ""One"""\n',
      '\uFEFFtenant,name,displayName\r\nd1,"One, two","Café ""One"""\r\n',
      'tenant;name;displayName\r\nd1;One, two;"Café ""One"""',
      'tenant\tname\tdisplayName\nd1\tOne, two\t"Café ""One"""\n',
      'tenant, name ,displayName\rd1," One, two ","Café ""One"""\r',
    ]
    for (const text of texts) expect(bodies(text), JSON.stringify(text)).to.deep.equal(expected)
  })

  it('tells the line on which a row begins, behind empty lines and line breaks in quotes', () => {
    const text = 'ref,tenant,name,displayName\r\n\r\na,d1,One,"two\r\nlines"\r\n,,,\r\nb,d1,Two,\r\n\r\n"c",d1,Three,'
    const { rows } = readCsv(text)
    expect(rows.map(({ line, ref }) => ({ line, ref }))).to.deep.equal([
      { line: 3, ref: 'a' },
      { line: 6, ref: 'b' },
      { line: 8, ref: 'c' },
    ])
    expect(rows[0]?.body['displayName']).to.equal('two\nlines')
  })

  it('fills a district, an existing application and a new one', () => {
    const text =
      'tenant,name,localEducationAgencyId,localEducationAgencyName,applicationId,vendor,claimSetName,deletionProtection\n' +
      'd1,Grand Bend 2026,0255901,Grand Bend ISD,12,SIS Inc.,SIS Vendor,TRUE\n'
    expect(bodies(text)).to.deep.equal([
      {
        tenant: 'd1',
        name: 'Grand Bend 2026',
        deletionProtection: true,
        seed: [
          {
            bundle: 'education-organizations',
            parameters: { localEducationAgency: { id: 255901, name: 'Grand Bend ISD' } },
          },
        ],
        applications: [
          { applicationId: 12 },
          {
            applicationName: 'SIS Inc. Grand Bend 2026',
            vendor: {
              company: 'SIS Inc.',
              namespacePrefixes: ['uri://sis-inc'],
              contactName: 'SIS Inc.',
              contactEmailAddress: 'unknown@sis-inc.invalid',
            },
            claimSetName: 'SIS Vendor',
            educationOrganizationIds: [255901],
          },
        ],
      },
    ])
  })

  it('refuses what it does not understand, all at once, by line and column', () => {
    const text =
      'ref,tenant,name,localEducationAgencyId,vendor,deletionProtection\n' +
      'r1,,One,,,\n' +
      'r2,d1,Two,abc,,\n' +
      'r3,d1,Three,,SIS,yes\n' +
      'r4,d1,Four\n'
    const { faults } = readCsv(text)
    expect(faults.map(({ line, ref, where }) => [line, ref, where])).to.deep.equal([
      [2, 'r1', 'tenant'],
      [3, 'r2', 'localEducationAgencyId'],
      [3, 'r2', 'localEducationAgencyName'],
      [4, 'r3', 'claimSetName'],
      [4, 'r3', 'localEducationAgencyId'],
      [4, 'r3', 'deletionProtection'],
      [5, 'r4', 'row'],
    ])
  })

  it('refuses unknown columns by their names, and says which one may have been meant', () => {
    const { faults, rows } = readCsv('tenant,Name,colour,label.,tenant,\nd1,One,red,x,d2,\n')
    expect(rows).to.deep.equal([])
    expect(faults.map(({ where, detail }) => `${where} ${detail}`)).to.deep.equal([
      'Name is no known column (is name meant?)',
      'colour is no known column',
      'label. needs a key after the dot',
      'tenant is there twice',
      'column 6 has no name',
      'name is missing',
    ])
  })

  it('refuses quotes that do not fit, and a file without anything', () => {
    expect(() => readCsv('tenant,name\nd1,"One\n')).to.throw('no proper CSV')
    expect(() => readCsv('')).to.throw('empty')
    expect(() => readCsv('\uFEFF\r\n')).to.throw('empty')
  })

  it('can begin as the template, which has every column', () => {
    const text = templateFile()
    expect(text.split('\r\n')[0]?.split(',').slice(0, columns.length)).to.deep.equal([...columns])
    expect(bodies(text)).to.have.length(1)
    expect(bodies(text)[0]).to.include({
      tenant: 'district-255901',
      name: 'Grand Bend 2026',
      deletionProtection: false,
    })
  })
})
