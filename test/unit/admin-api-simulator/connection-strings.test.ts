import { createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import {
  decryptConnectionString,
  encryptConnectionString,
} from '../../../apps/admin-api-simulator/src/connection-strings/encryption.js'
import { isValidConnectionString } from '../../../apps/admin-api-simulator/src/connection-strings/validity.js'

const valid = {
  PostgreSql: [
    'host=db;port=5432;username=u;password=p;database=EdFi_Ods',
    'Server=db;User Id=u;PWD=p;DB=d;Application Name=x;Maximum Pool Size=50;No Reset On Close=true',
    'Host=db;SSL Mode=VerifyFull;Target Session Attributes=prefer-standby;Search Path=a,b',
    'Host=db;Password=\'a;b=c\';Database="d ""q"""',
    ';;Host = db ; Port = ;',
    'Password=a=b==c',
    '',
  ],
  SqlServer: [
    'Data Source=.\\;Initial Catalog=EdFi_Admin;Integrated Security=True',
    'Server=tcp:h,1433;Database=d;User ID=u;Password={p;Encrypt=Strict;TrustServerCertificate=yes',
    'server=h;uid=u;pwd=p;MultipleActiveResultSets=false;Connection Timeout=30;ApplicationIntent=ReadOnly',
    'Data Source=h;Trusted_Connection=SSPI;Authentication=Active Directory Default',
  ],
}
const invalid = {
  PostgreSql: [
    'WrongConnection',
    'Data Source=h',
    'host=db;prot=1',
    'host=db;port=70000',
    'host=db;port=x',
    'host=db;pooling=yes',
    'host=db;sslmode=verify-full',
    "host=db;password='open",
    '=x',
    "host='a'b",
  ],
  SqlServer: [
    'host=h;database=d',
    'Data Source=h;Pooling=maybe',
    'Data Source=h;Encrypt=perhaps',
    'Data Source=h;Packet Size=1',
    'Data Source',
  ],
}

describe('connection string syntax', () => {
  for (const engine of ['PostgreSql', 'SqlServer'] as const) {
    it(`accepts what the ${engine} driver can parse`, () => {
      for (const text of valid[engine]) expect(isValidConnectionString(engine, text), text).to.equal(true)
    })
    it(`refuses unknown keywords, bad values and broken quoting for ${engine}`, () => {
      for (const text of invalid[engine]) expect(isValidConnectionString(engine, text), text).to.equal(false)
    })
  }
})

describe('connection string encryption', () => {
  const key = randomBytes(32)

  it("is ODS/API's: IV, AES-256-CBC ciphertext and HMAC of the ciphertext, base64, joined by a bar", () => {
    const [iv, encrypted, hmac, ...rest] = encryptConnectionString('host=dß', key.toString('base64'))
      .split('|')
      .map((part) => Buffer.from(part, 'base64'))
    expect(rest).to.have.lengthOf(0)
    expect(iv).to.have.lengthOf(16)
    expect(createHmac('sha256', key).update(encrypted!).digest().equals(hmac!)).to.equal(true)
    const decipher = createDecipheriv('aes-256-cbc', key, iv!)
    expect(Buffer.concat([decipher.update(encrypted!), decipher.final()]).toString('utf8')).to.equal('host=dß')
  })

  it('reads back its own values and nothing of another key', () => {
    const stored = encryptConnectionString('host=db', key.toString('base64'))
    expect(decryptConnectionString(stored, key.toString('base64'))).to.equal('host=db')
    expect(decryptConnectionString(stored, randomBytes(32).toString('base64'))).to.equal(null)
    expect(decryptConnectionString('host=db', key.toString('base64'))).to.equal(null)
  })

  it('fails like the original, with 500, on a key of another length', () => {
    expect(() => encryptConnectionString('host=db', 'c2hvcnQ=')).to.throw('HTTP 500')
  })
})
