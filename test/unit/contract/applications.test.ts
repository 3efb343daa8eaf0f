import { operations } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { read, refusal } from './request.js'

const { createInstance } = operations
const body = (applications: unknown) => ({ tenant: 'district-1', name: 'Grand Bend 2026', applications })
const vendor = {
  company: 'Sunny SIS',
  namespacePrefixes: ['uri://sunny.example'],
  contactName: 'Sam',
  contactEmailAddress: 'sam@sunny.example',
}
const fresh = { applicationName: 'SIS', vendor, claimSetName: 'SIS Vendor', educationOrganizationIds: [255901] }

describe('applications in a request', () => {
  for (const [title, application] of Object.entries({
    'a new one': fresh,
    'a new one with profiles and a vendor that is there': { ...fresh, vendor: { id: 3 }, profileIds: [1] },
    'an application that is there': { applicationId: 12 },
    'a credential that is there': { apiClientId: 7 },
  }))
    it(`may be ${title}`, () =>
      expect(read(createInstance, { body: body([application]) }).body).to.deep.equal(body([application])))

  const eitherOr = /^must have either all of applicationName, .*, or only applicationId, or only apiClientId$/
  const bad: [title: string, applications: unknown, pointer: string, detail: RegExp][] = [
    ['none', [], '/applications', /at least 1/],
    ['twenty-one', Array.from({ length: 21 }, (_, n) => ({ applicationId: n + 1 })), '/applications', /at most 20/],
    ['an empty one', [{}], '/applications/0', eitherOr],
    ['half a new one', [{ applicationName: 'SIS' }], '/applications/0', eitherOr],
    ['a new one that is there', [{ ...fresh, applicationId: 1 }], '/applications/0', eitherOr],
    ['one that is there, changed', [{ applicationId: 1, claimSetName: 'Other' }], '/applications/0', eitherOr],
    ['both ids', [{ applicationId: 1, apiClientId: 2 }], '/applications/0', eitherOr],
    [
      'a name of 51 characters',
      [{ ...fresh, applicationName: 'x'.repeat(51) }],
      '/applications/0/applicationName',
      /50/,
    ],
    [
      'no education organizations',
      [{ ...fresh, educationOrganizationIds: [] }],
      '/applications/0/educationOrganizationIds',
      /at least 1/,
    ],
    [
      'a prefix with a comma, which would be two',
      [{ ...fresh, vendor: { ...vendor, namespacePrefixes: ['uri://a,uri://b'] } }],
      '/applications/0/vendor/namespacePrefixes/0',
      /without commas/,
    ],
    [
      'the reserved company',
      [{ ...fresh, vendor: { ...vendor, company: ' EdFi ' } }],
      '/applications/0/vendor/company',
      /reserved/,
    ],
    [
      'a vendor that is there, changed',
      [{ ...fresh, vendor: { id: 1, company: 'X' } }],
      '/applications/0/vendor',
      /either id, or all of/,
    ],
  ]
  for (const [title, applications, pointer, detail] of bad)
    it(`may not be ${title}`, () => {
      const { errors } = refusal(createInstance, { body: body(applications) })
      const found = errors.filter((error) => error.pointer === pointer).map((error) => error.detail)
      expect(found, JSON.stringify(errors)).to.have.length(1)
      expect(found[0]).to.match(detail)
    })
})
