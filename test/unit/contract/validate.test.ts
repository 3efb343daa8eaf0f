import { asResponse, invalid, operations, responseFaults } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { pointers, read, refusal } from './request.js'

const { testEnvironment, deleteTenant, getJob, createToken, listAuditEvents, getApiClient } = operations
const id = '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d'
const params = { name: 'default' }

describe('reading a request', () => {
  for (const body of [undefined, null, '', {}])
    it(`takes ${JSON.stringify(body)} for the absence of a body`, () =>
      expect(read(testEnvironment, { params, body }).body).to.equal(undefined))

  it('refuses a body where none is read, so that nobody believes it had an effect', () =>
    expect(pointers(testEnvironment, { params, body: { force: true } })).to.deep.equal(['']))

  it('refuses query parameters where there are none', () =>
    expect(pointers(deleteTenant, { params, search: 'confirm=x' })).to.deep.equal(['?confirm']))

  it('hands out the idempotency key, and only where the operation takes one', () => {
    const headers = { 'idempotency-key': 'abc-1' }
    expect(read(deleteTenant, { params, headers }).idempotencyKey).to.equal('abc-1')
    expect(read(getJob, { params: { id }, headers }).idempotencyKey).to.equal(undefined)
  })

  for (const key of ['', 'a b', 'é', 'x'.repeat(256), ['a', 'b']])
    it(`refuses the idempotency key ${JSON.stringify(key).slice(0, 20)}`, () =>
      expect(pointers(deleteTenant, { params, headers: { 'idempotency-key': key } })).to.deep.equal([
        'header:Idempotency-Key',
      ]))

  it('hands out declared headers whatever their case on the wire', () =>
    expect(read(getJob, { params: { id }, headers: { prefer: 'wait=20' } }).headers.Prefer).to.equal('wait=20'))

  it('says not found, before anything else, for what can be no id or name', () => {
    expect(refusal(getJob, { params: { id: 'x' }, search: 'foo=1' }).code).to.equal('not_found')
    expect(refusal(testEnvironment, { params: { name: 'a b' } }).code).to.equal('not_found')
    expect(refusal(getApiClient, { params: { id: 'a/b' } }).code).to.equal('not_found')
  })

  it('takes moments in UTC and no others', () => {
    const { query } = read(listAuditEvents, { search: 'from=2026-02-28T00:00:00Z&to=2026-03-01T00:00:00.123Z' })
    expect(query.from).to.equal('2026-02-28T00:00:00Z')
    for (const from of [
      '2026-02-30T00:00:00Z',
      '2026-02-28',
      '2026-02-28T00:00:00%2B01:00',
      '2026-02-28T23:59:60Z',
      'now',
      '0000-01-01T00:00:00Z',
      '0999-12-31T23:59:59Z',
    ])
      expect(pointers(listAuditEvents, { search: `from=${from}` }), from).to.deep.equal(['?from'])
  })

  it('lists at most a hundred faults', () => {
    const body = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, i]))
    expect(refusal(operations.createTenant, { body }).errors).to.have.length(100)
  })

  it('tells the first fault in the sentence of the problem', () => {
    expect(invalid([{ pointer: '/name', detail: 'is required' }]).message).to.equal('/name is required.')
    expect(
      invalid([
        { pointer: '', detail: 'a JSON body is required' },
        { pointer: '?x', detail: 'is not a known query parameter' },
      ]).message,
    ).to.equal('a JSON body is required, and 1 more fault.')
  })
})

describe('the token form', () => {
  it('is read from text, from parameters and from an object alike, ignoring what RFC 6749 says to ignore', () => {
    const text = 'grant_type=client_credentials&client_id=a&client_secret=b%26c&audience=x&scope='
    const expected = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b&c', audience: 'x' }
    for (const body of [text, new URLSearchParams(text), Object.fromEntries(new URLSearchParams(text))])
      expect(read(createToken, { body }).body).to.deep.equal(expected)
  })

  it('may leave the client to the Authorization header', () =>
    expect(
      read(createToken, { headers: { authorization: 'Basic x' }, body: 'grant_type=client_credentials' }).headers
        .Authorization,
    ).to.equal('Basic x'))

  for (const [body, pointer] of [
    [undefined, '/grant_type'],
    ['grant_type=password', '/grant_type'],
    ['grant_type=client_credentials&client_id=a&client_id=b', '/client_id'],
    [{ grant_type: 'client_credentials', client_secret: ['a', 'b'] }, '/client_secret'],
  ] as const)
    it(`is refused as ${JSON.stringify(body)}`, () => expect(pointers(createToken, { body })).to.deep.equal([pointer]))
})

describe('checking an answer', () => {
  const client = operations.getApiClient.responses[200].example

  it('gives back what fits, with its type', () =>
    expect(asResponse(getApiClient, 200, client).clientId).to.equal(client.clientId))

  it('names what must not be in it, such as a secret', () => {
    const leaking = { ...client, clientSecret: 'x' }
    expect(responseFaults(getApiClient, 200, leaking).map(({ pointer }) => pointer)).to.deep.equal(['/clientSecret'])
    expect(() => asResponse(getApiClient, 200, leaking)).to.throw(/getApiClient departs.*\/clientSecret/)
  })

  it('names a status that the contract does not have', () =>
    expect(responseFaults(getApiClient, 418, {})[0]?.detail).to.match(/never answers 418/))
})
