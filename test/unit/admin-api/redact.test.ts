import { expect } from 'chai'
import { redact } from '../../../packages/admin-api/src/redact.js'

describe('redact', () => {
  it('hides what was sent, in the encodings in which it comes back', () => {
    const secret = 'a "b" c+d%é'
    const forms = [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      new URLSearchParams({ x: secret }).toString(),
    ]
    for (const form of forms) expect(redact(`It was ${form}.`, [secret])).to.match(/^It was (x=|")?\*\*\*"?\.$/)
  })

  it('hides the password of a connection string by itself, and anything that looks like one', () => {
    expect(redact('bad value hush;hush here', ["Host=h;Password='hush;hush';Port=1"])).to.equal('bad value *** here')
    expect(redact('Host=h;Pwd = other;Port=1 {"client_secret":"x y"} eyJhbGci.eyJzdWIi.c2ln', [])).to.equal(
      'Host=h;Pwd = ***;Port=1 {"client_secret":***} ***',
    )
  })

  it('leaves one line of bounded length', () => {
    expect(redact('a\r\nb\u0000 c', [''])).to.equal('a b c')
    expect(redact('x'.repeat(2000), [])).to.have.length(500)
  })
})
