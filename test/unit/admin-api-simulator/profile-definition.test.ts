import { expect } from 'chai'
import { definitionFaults } from '../../../apps/admin-api-simulator/src/profiles/definition.js'

const content = (inner: string): string =>
  `<?xml version="1.0"?><!-- c --><Profile name='P'><Resource name="R"><ReadContentType memberSelection="IncludeOnly">${inner}</ReadContentType></Resource></Profile>`

describe('profile definitions', () => {
  it('accepts properties, objects, collections with filters and extensions, in this order', () => {
    const inner =
      '<Property name="a"/><Collection name="c" memberSelection="IncludeAll"><Filter propertyName="p" filterMode="IncludeOnly"><Value>1</Value></Filter></Collection>'
    expect(definitionFaults('p', content(inner))).to.deep.equal([])
  })

  it('tells a missing attribute, a wrong order and a missing resource', () => {
    expect(definitionFaults('P', content('<Property/>'))).to.deep.equal(["The required attribute 'name' is missing."])
    const disordered = content('<Extension name="e" memberSelection="IncludeAll"/><Property name="a"/>')
    expect(definitionFaults('P', disordered)[0]).to.match(
      /^The element 'ReadContentType' has invalid child element 'Prop/,
    )
    expect(definitionFaults('P', '<Profile name="P"/>')[0]).to.match(/^The element 'Profile' has incomplete content/)
  })

  it('refuses what is not well formed, and another root', () => {
    for (const text of ['text', '<a>', '<a></b>', '<a/><b/>', '<a b=c/>']) {
      expect(definitionFaults('P', text), text).to.deep.equal([
        'Data at the root level is invalid. Line 1, position 1.',
      ])
    }
    expect(definitionFaults(null, '<Other/>')).to.deep.equal(["The 'Other' element is not declared."])
  })
})
