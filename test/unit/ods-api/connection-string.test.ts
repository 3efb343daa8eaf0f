import { randomBytes } from 'node:crypto'
import { decryptConnectionString, encryptConnectionString } from '@edfi-tenants/ods-api'
import { expect } from 'chai'
import * as simulator from '../../../apps/admin-api-simulator/src/connection-strings/encryption.js'

const key = randomBytes(32).toString('base64')
const text = 'host=db.example.org;port=5432;username=ods;password="pä|;ss";database=EdFi_Ods_2026'

describe('connection strings in Ed-Fi’s encrypted format', () => {
  it('are read by another implementation of the format, and the other way round', () => {
    expect(simulator.decryptConnectionString(encryptConnectionString(key, text), key)).to.equal(text)
    expect(decryptConnectionString(key, simulator.encryptConnectionString(text, key))).to.equal(text)
  })

  it('are three parts of base64, other ones each time, the last over the ciphertext alone', () => {
    const [first, second] = [encryptConnectionString(key, text), encryptConnectionString(key, text)]
    expect(first).to.not.equal(second)
    const [iv = '', cipher = '', hmac = '', ...rest] = first.split('|').map((part) => Buffer.from(part, 'base64'))
    expect(rest).to.have.length(0)
    expect([iv.length, cipher.length % 16, hmac.length]).to.deep.equal([16, 0, 32])
    // The format does not protect the IV: what Ed-Fi accepts is accepted here.
    const otherIv = [randomBytes(16), cipher, hmac].map((part) => Buffer.from(part).toString('base64')).join('|')
    expect(decryptConnectionString(key, otherIv)).to.be.a('string').and.not.equal(text)
  })

  it('decrypts a string that was encrypted elsewhere with a known key and IV', () => {
    // openssl enc -aes-256-cbc with key 00…1f and IV 00…0f; openssl dgst -sha256 -mac HMAC with the same key.
    const known = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64')
    const stored =
      'AAECAwQFBgcICQoLDA0ODw==|nJQ/WT/UeZM/wRwBc5pv+GDAjNRwqOXMWJlBxCxEdi3nWDnR1pMCfe6daucb0lhX|AKUGE6hNy122OgaKq0mhzA6kAoZ3x/nodKcCmuyCJw4='
    expect(decryptConnectionString(known, stored)).to.equal('host=localhost;database=EdFi_Ods')
  })

  it('gives null for plain text, for another key, and for what was changed', () => {
    const stored = encryptConnectionString(key, text)
    expect(decryptConnectionString(key, text)).to.equal(null)
    expect(decryptConnectionString(randomBytes(32).toString('base64'), stored)).to.equal(null)
    const [iv, cipher = '', hmac] = stored.split('|')
    const changed = Buffer.from(cipher, 'base64')
    changed[0] = (changed[0] ?? 0) ^ 1
    expect(decryptConnectionString(key, [iv, changed.toString('base64'), hmac].join('|'))).to.equal(null)
    expect(decryptConnectionString(key, 'a|b|c|d')).to.equal(null)
  })

  it('takes no key but base64 of 32 bytes', () => {
    for (const bad of ['', 'c2hvcnQ=', randomBytes(31).toString('base64')])
      expect(() => encryptConnectionString(bad, text)).to.throw(/32 bytes/)
  })
})
