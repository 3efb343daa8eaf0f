import { renameYear, renameYearValues, schoolYearsIn } from '@edfi-tenants/jobs'
import { expect } from 'chai'

const change = { fromYear: 2026, toYear: 2027 }

describe('renaming the school year', () => {
  const cases: [string, string][] = [
    ['Grand Bend 2026', 'Grand Bend 2027'],
    ['2025-2026 Grand Bend', '2026-2027 Grand Bend'],
    ['Grand Bend 2025-26 (SY)', 'Grand Bend 2026-27 (SY)'],
    ['Grand Bend 2025/2026', 'Grand Bend 2026/2027'],
    ['EdFi_Ods_2025_2026_255901', 'EdFi_Ods_2026_2027_255901'],
    ['EdFi_Ods_255901_2026', 'EdFi_Ods_255901_2027'],
    ['SY26 Grand Bend', 'SY27 Grand Bend'],
    ['SY25-26', 'SY26-27'],
    ['sy2526', 'sy2627'],
    ['SY2026', 'SY2027'],
    ['SY 2025-2026', 'SY 2026-2027'],
  ]
  for (const [last, next] of cases)
    it(`makes "${next}" of "${last}"`, () => {
      expect(renameYear(last, change)).to.equal(next)
    })

  for (const text of [
    'District 20260',
    'District 12026',
    'id 2526',
    'Grand Bend 2026-2027',
    'Grand Bend 2025',
    'SY27',
    'Easy26',
    'Grand Bend 26',
  ])
    it(`leaves "${text}" as it is, which is another number or another year`, () => {
      expect(renameYear(text, change)).to.equal(text)
    })

  it('does not take numbers that stand side by side for a school year', () => {
    expect(renameYear('2026-255901', change)).to.equal('2027-255901')
    expect(renameYear('1234_2026', change)).to.equal('1234_2027')
    expect(renameYear('2026-31', change)).to.equal('2027-31')
  })

  it('goes further than one year, and over the turn of a century', () => {
    expect(renameYear('2025-26, SY25-26', { fromYear: 2026, toYear: 2030 })).to.equal('2029-30, SY29-30')
    expect(renameYear('2098-99', { fromYear: 2099, toYear: 2100 })).to.equal('2099-00')
  })

  it('knows the school years of a text by the year in which they end', () => {
    expect(schoolYearsIn('A 2025-2026, B 2024, SY27, 255901')).to.deep.equal([2026, 2024, 2027])
    expect(schoolYearsIn('Grand Bend')).to.deep.equal([])
  })

  it('takes a bare number for a year only under a key that says so', () => {
    expect(
      renameYearValues(
        { schoolYearFromRoute: '2026', instanceId: '2026', district: 'gb-2026', schoolYear: '2025-2026' },
        change,
      ),
    ).to.deep.equal({ schoolYearFromRoute: '2027', instanceId: '2026', district: 'gb-2027', schoolYear: '2026-2027' })
  })
})
