import { checkContexts, isRouteTemplate } from '@edfi-tenants/ods-api'
import { expect } from 'chai'

const faulty = (template: string | null, contexts: Record<string, string>) =>
  checkContexts(template, contexts).map(({ key }) => key)

describe('contexts and the route template of ODS/API', () => {
  it('asks for nothing where there is no template', () => {
    expect(faulty(null, {})).to.deep.equal([])
    expect(faulty(null, { anything: 'goes' })).to.deep.equal([])
  })

  it('takes contexts that fill the template, whatever the case of their keys', () => {
    const template = '{schoolYearFromRoute:range(2000,2099)}/{instanceId}'
    expect(faulty(template, { schoolYearFromRoute: '2026', instanceId: '255901' })).to.deep.equal([])
    expect(faulty(template, { SCHOOLYEARFROMROUTE: '2026', instanceid: '255901' })).to.deep.equal([])
  })

  it('names what is missing, what fits no route and what no route contains, since any of them hides the instance', () => {
    const template = '{schoolYearFromRoute:range(2000,2099)}/{instanceId}'
    expect(faulty(template, {})).to.deep.equal(['schoolYearFromRoute', 'instanceId'])
    const faults = checkContexts(template, { schoolYearFromRoute: '1999', district: '7', instanceId: 'a/b' })
    expect(faults.map(({ key }) => key)).to.deep.equal(['schoolYearFromRoute', 'instanceId', 'district'])
    expect(faults[0]?.detail).to.contain('range(2000,2099)').and.contain('1999')
  })

  it('lets optional parameters and those with a default be left out', () => {
    expect(faulty('{year:int=2026}/{instanceId?}', {})).to.deep.equal([])
    expect(faulty('{year:int=2026}', { year: 'x' })).to.deep.equal(['year'])
  })

  const cases: [constraint: string, met: string[], notMet: string[]][] = [
    ['int', ['7', '-7', '2147483647'], ['x', '7.5', '2147483648', '']],
    ['long', ['2147483648'], ['9223372036854775808']],
    ['range(2000,2099)', ['2000', '2099'], ['1999', '2100', 'abcd', '20x0']],
    ['min(18)', ['18', '900'], ['17', 'x']],
    ['max(120)', ['120', '-4'], ['121', 'x']],
    ['length(4)', ['abcd'], ['abc', 'abcde']],
    ['length(2,3)', ['ab', 'abc'], ['a', 'abcd']],
    ['minlength(3)', ['abc'], ['ab']],
    ['maxlength(3)', ['abc'], ['abcd']],
    ['alpha', ['Abc'], ['a1']],
    ['bool', ['true', 'FALSE'], ['yes']],
    ['decimal', ['49.99'], ['x']],
    ['guid', ['6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d', '{6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d}'], ['6f0b6a3c']],
    // Braces are doubled inside a template, and matching ignores case and is not anchored.
    ['regex(^\\d{{4}}$)', ['2026'], ['202', '20267']],
    ['regex(^a:b=c?$)', ['a:b=', 'A:B=C'], ['x']],
    ['ourOwn(1,2)', ['anything'], []],
    ['regex(()', ['anything'], []],
  ]
  for (const [constraint, met, notMet] of cases)
    it(`reads the constraint ${constraint} as ASP.NET Core does`, () => {
      for (const value of met) expect(faulty(`{x:${constraint}}`, { x: value }), value).to.deep.equal([])
      for (const value of notMet) expect(faulty(`{x:${constraint}}`, { x: value }), value).to.deep.equal(['x'])
    })

  it('holds several constraints against one value, whatever stands around the parameter', () => {
    expect(faulty('sy-{year:int:length(4)}/x', { year: '2026' })).to.deep.equal([])
    expect(faulty('sy-{year:int:length(4)}/x', { year: '20261' })).to.deep.equal(['year'])
    expect(faulty('{{literal}}/{year}', { year: '2026' })).to.deep.equal([])
  })

  it('tells a template from what only looks like one', () => {
    for (const template of [
      '{schoolYearFromRoute:range(2000,2099)}',
      '{a}/{b?}',
      'sy-{x:regex(^\\d{{4}}$)}/y',
      '{a=1}',
    ])
      expect(isRouteTemplate(template), template).to.equal(true)
    for (const template of ['{bad', '}{', '{a:regex(', '::::', 'plain', '{}', '{a}/{A}', '{a}/{b', '{two words}'])
      expect(isRouteTemplate(template), template).to.equal(false)
  })
})
