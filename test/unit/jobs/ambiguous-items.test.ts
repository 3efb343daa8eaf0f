import { expect } from 'chai'
import { ambiguousItems } from '../../../packages/jobs/src/requests/batches/ambiguous-items.js'

describe('items of a batch that share an application', () => {
  const shared = [{ applicationId: 7 }]
  const item = (position: number, contexts: Record<string, string>, applications = shared, scope = 'one') => ({
    position,
    scope,
    contexts,
    applications,
  })
  const positions = (items: Parameters<typeof ambiguousItems>[0]) => ambiguousItems(items).map(({ pointer }) => pointer)

  it('are at fault where ODS/API could not tell them apart: equal contexts, in any case, or some of another’s', () => {
    expect(positions([item(0, { year: '2026' }), item(1, { YEAR: '2026' })])).to.deep.equal(['/items/1/contexts'])
    expect(positions([item(0, { year: '2026', id: '1' }), item(1, { year: '2026' })])).to.deep.equal([
      '/items/1/contexts',
    ])
    expect(positions([item(0, {}), item(1, { year: '2026' })])).to.deep.equal(['/items/1/contexts'])
    expect(ambiguousItems([item(3, { a: 'b' }), item(5, { a: 'b' })])[0]).to.deep.include({ code: 'ambiguous_context' })
  })

  it('are not where contexts, application or Admin API tenant differ', () => {
    expect(positions([item(0, { year: '2026' }), item(1, { year: '2027' })])).to.deep.equal([])
    expect(positions([item(0, { year: '2026' }), item(1, { year: '2026' }, [{ applicationId: 8 }])])).to.deep.equal([])
    expect(positions([item(0, { year: '2026' }), item(1, { year: '2026' }, shared, 'two')])).to.deep.equal([])
  })

  it('are looked through quickly, though thousands have one context in common', () => {
    const many = Array.from({ length: 5000 }, (_, at) => item(at, { year: '2026', id: String(at) }))
    const begun = performance.now()
    expect(positions([...many, item(5000, { id: '17' })])).to.deep.equal(['/items/5000/contexts'])
    expect(performance.now() - begun).to.be.below(1_000)
  })
})
