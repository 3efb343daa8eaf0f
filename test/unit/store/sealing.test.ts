import { randomBytes } from 'node:crypto'
import { createSealer } from '@edfi-tenants/store'
import { expect } from 'chai'

describe('sealing', () => {
  const old = { id: 'old', key: randomBytes(32) }
  const current = { id: 'new', key: randomBytes(32) }

  it('opens what it sealed, and never seals the same to the same text', () => {
    const sealer = createSealer([current])
    const sealed = sealer.seal('Pässword', 'environments/1/secret')
    expect(sealed).not.to.contain('Pässword')
    expect(sealer.open(sealed, 'environments/1/secret')).to.equal('Pässword')
    expect(sealer.seal('Pässword', 'environments/1/secret')).not.to.equal(sealed)
  })

  it('does not open a value that was moved to another row, or changed', () => {
    const sealer = createSealer([current])
    const sealed = sealer.seal('secret', 'environments/1/secret')
    expect(() => sealer.open(sealed, 'environments/2/secret')).to.throw()
    expect(() =>
      sealer.open(sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA'), 'environments/1/secret'),
    ).to.throw()
  })

  it('opens values of an older key and knows that they are to be sealed anew', () => {
    const sealed = createSealer([old]).seal('secret', 'x')
    const sealer = createSealer([current, old])
    expect(sealer.open(sealed, 'x')).to.equal('secret')
    expect(sealer.isCurrent(sealed)).to.equal(false)
    expect(sealer.isCurrent(sealer.seal('secret', 'x'))).to.equal(true)
    expect(() => createSealer([current]).open(sealed, 'x')).to.throw('"old"')
  })
})
