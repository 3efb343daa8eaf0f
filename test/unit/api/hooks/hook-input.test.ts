import { expect } from 'chai'
import { openHook } from '../../../../apps/api/src/hooks/hook-input.js'

const secret = `whsec_${'a'.repeat(32)}`
const call = { name: 'call', events: ['afterRegister' as const], http: { url: 'https://a.example.org/x' } }
const sidecar = { name: 'side', container: { image: 'redis:8' } }

describe('what is kept secret of hooks', () => {
  const known = openHook({ ...call, http: { ...call.http, secret, headers: { 'X-Key': 'k' } } }, undefined)

  it('stays where the address does, and is shown by name only', () => {
    expect(known.hook.http?.headerNames).to.deep.equal(['X-Key'])
    expect(JSON.stringify(known.hook)).not.to.contain(secret)
    expect(openHook(call, known).secrets).to.deep.equal({ secret, headers: { 'X-Key': 'k' } })
    expect(openHook({ ...call, http: { ...call.http, headers: {} } }, known).secrets.headers).to.deep.equal({})
  })

  it('is needed anew for a new hook and another address, to which nothing on record is taken', () => {
    const moved = { ...call, http: { url: 'https://b.example.org/x' } }
    expect(() => openHook(call, undefined)).to.throw('needs its secret')
    expect(() => openHook(moved, known)).to.throw('needs its secret')
    const given = openHook({ ...moved, http: { ...moved.http, secret } }, known)
    expect(given.secrets).to.deep.equal({ secret })
  })

  it('goes into no other image, engine or command', () => {
    const before = openHook(
      { ...sidecar, container: { ...sidecar.container, secretEnvironment: { KEY: 'k' } } },
      undefined,
    )
    expect(openHook(sidecar, before).secrets).to.deep.equal({ environment: { KEY: 'k' } })
    for (const change of [{ image: 'redis:9' }, { engine: 'other' }, { command: ['env'] }])
      expect(() => openHook({ ...sidecar, container: { ...sidecar.container, ...change } }, before)).to.throw(
        'needs its secretEnvironment',
      )
    expect(openHook(sidecar, before).hook.events).not.to.include('afterDelete')
  })
})
