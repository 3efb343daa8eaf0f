import { isFailure, type JsonObject } from '@edfi-tenants/core'
import { validateAgainst } from '@edfi-tenants/contract'
import { expect } from 'chai'

const settings: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.org/settings',
  type: 'object',
  required: ['host'],
  properties: {
    host: { type: 'string', minLength: 1 },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    tls: { $ref: '#/$defs/tls' },
  },
  additionalProperties: false,
  $defs: { tls: { anyOf: [{ type: 'boolean' }, { type: 'object' }] } },
  'x-unknown': true,
}

describe('validating against a schema that a provisioner has published', () => {
  it('finds nothing wrong with what fits', () =>
    expect(validateAgainst(settings, { host: 'a', port: 5432, tls: true }, '/settings')).to.deep.equal([]))

  it('lists all faults below the given pointer', () =>
    expect(
      validateAgainst(settings, { port: 0, hots: 'a', tls: 'yes' }, '/settings').map(({ pointer }) => pointer),
    ).to.include.members(['/settings/host', '/settings/hots', '/settings/port', '/settings/tls']))

  it('keeps two versions with one $id apart', () => {
    const later = { ...settings, required: [] }
    expect(validateAgainst(later, {}, '')).to.deep.equal([])
    expect(validateAgainst(settings, {}, '')).to.have.length(1)
  })

  it('still answers rightly after more schemas than it keeps', () => {
    for (let number = 0; number < 80; number++)
      expect(validateAgainst({ const: number }, number, ''), String(number)).to.deep.equal([])
    expect(validateAgainst({ const: 0 }, 1, '')).to.have.length(1)
  }).timeout(30_000)

  for (const [title, schema] of Object.entries<JsonObject>({
    'is none': { type: 'strnig' },
    'refers to somewhere else': { $ref: 'http://169.254.169.254/latest' },
    'answers later, which would pass for valid': { $async: true, type: 'string' },
    'is huge': { description: 'x'.repeat(300_000) },
  }))
    it(`fails by name when the schema ${title}`, () => {
      try {
        validateAgainst(schema, {}, '')
        expect.fail('nothing was thrown')
      } catch (error) {
        expect(isFailure(error) && error.code).to.equal('provisioner_failed')
      }
    })
})
