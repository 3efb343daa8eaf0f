import { Type } from '@sinclair/typebox'
import { text } from './fields.js'
import { closed } from './schema.js'

/** Largest id that Admin API can have. */
const largestId = 2_147_483_647
const id = (description: string) => Type.Integer({ minimum: 1, maximum: largestId, description })

/** A vendor: one that is there, or one to be looked up by its company and made when there is none. */
export type VendorRequest =
  { id: number } | { company: string; namespacePrefixes: string[]; contactName: string; contactEmailAddress: string }

/** What one entry of `applications` may be. */
export type ApplicationRequest =
  | {
      applicationName: string
      vendor: VendorRequest
      claimSetName: string
      educationOrganizationIds: number[]
      profileIds?: number[]
    }
  | { applicationId: number }
  | { apiClientId: number }

const newVendor = ['company', 'namespacePrefixes', 'contactName', 'contactEmailAddress']

const vendor = Type.Unsafe<VendorRequest>(
  closed(
    {
      id: Type.Optional(id('Of a vendor in Admin API.')),
      company: Type.Optional(
        text(150, {
          pattern: '^(?!\\s*EdFi\\s*$)[^\\u0000-\\u001f\\u007f-\\u009f]*$',
          'x-rule': 'must not be the reserved name EdFi, nor contain control characters',
          description: 'The vendor of this company is taken; one is made only when there is none.',
        }),
      ),
      namespacePrefixes: Type.Optional(
        Type.Array(
          Type.String({
            maxLength: 255,
            pattern: '^[A-Za-z][A-Za-z0-9+.-]*://[^,\\s\\u0000-\\u001f\\u007f]+$',
            'x-rule': 'must be a URI such as uri://vendor.example, without commas',
          }),
          { maxItems: 50, uniqueItems: true },
        ),
      ),
      contactName: Type.Optional(text(150)),
      contactEmailAddress: Type.Optional(
        Type.String({
          maxLength: 254,
          pattern: '^[^@\\s,]+@[^@\\s,]+$',
          'x-rule': 'must be an e-mail address',
        }),
      ),
    },
    {
      title: 'VendorRequest',
      oneOf: [
        { required: ['id'], not: { anyOf: newVendor.map((name) => ({ required: [name] })) } },
        { required: newVendor, not: { required: ['id'] } },
      ],
      'x-rule': `must have either id, or all of ${newVendor.join(', ')}`,
    },
  ),
)

const newApplication = ['applicationName', 'vendor', 'claimSetName', 'educationOrganizationIds']
const onlyNew = [...newApplication, 'profileIds']
const noneOf = (names: string[]) => ({ not: { anyOf: names.map((name) => ({ required: [name] })) } })

const application = Type.Unsafe<ApplicationRequest>(
  closed(
    {
      applicationName: Type.Optional(text(50, { description: 'Of a new application, made for this instance.' })),
      vendor: Type.Optional(vendor),
      claimSetName: Type.Optional(text(255, { description: 'Name of a claim set in Admin API.' })),
      educationOrganizationIds: Type.Optional(
        Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
          minItems: 1,
          maxItems: 1000,
          uniqueItems: true,
        }),
      ),
      profileIds: Type.Optional(
        Type.Array(id('Of a profile in Admin API.'), {
          maxItems: 100,
          uniqueItems: true,
          description: 'Default: none.',
        }),
      ),
      applicationId: Type.Optional(
        id('Of an application that is there: all of its credentials serve this instance too.'),
      ),
      apiClientId: Type.Optional(id('Of one credential of such an application (Admin API 2.3 and later).')),
    },
    {
      title: 'ApplicationRequest',
      oneOf: [
        { required: newApplication, ...noneOf(['applicationId', 'apiClientId']) },
        { required: ['applicationId'], ...noneOf([...onlyNew, 'apiClientId']) },
        { required: ['apiClientId'], ...noneOf([...onlyNew, 'applicationId']) },
      ],
      'x-rule': `must have either all of ${newApplication.join(', ')}, or only applicationId, or only apiClientId`,
    },
  ),
)

/** `applications` of requests that make an instance. */
export const applicationsRequest = Type.Array(application, {
  minItems: 1,
  maxItems: 20,
  description:
    'Applications of Admin API that get access: new ones, whose keys are in `GET /v1/instances/{id}/credentials`, or ones that are there.',
})
