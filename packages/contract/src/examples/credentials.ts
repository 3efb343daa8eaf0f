import type { ApplicationRequest } from '../applications.js'
import type { InstanceCredentials } from '../credentials.js'

/** A new application for a new instance. */
export const applicationRequestExample: ApplicationRequest = {
  applicationName: 'Sunny SIS 2026',
  vendor: {
    company: 'Sunny SIS',
    namespacePrefixes: ['uri://sunny-sis.example'],
    contactName: 'Sam Sunny',
    contactEmailAddress: 'sam@sunny-sis.example',
  },
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
}

/** Its key, and an application that was there. */
export const instanceCredentialsExample: InstanceCredentials = {
  items: [
    {
      origin: 'issued',
      applicationId: 31,
      applicationName: 'Sunny SIS 2026',
      apiClientId: null,
      key: 'q8Wm2cPz0RtY',
      secret: 'Vb3nK9sLx1Qa7ZdT5uHj2EfG',
      readableUntil: '2026-07-08T09:00:14.000Z',
    },
    {
      origin: 'attached',
      applicationId: 12,
      applicationName: 'Dashboards',
      apiClientId: null,
      key: 'x4Hn7tLb9KpA',
      secret: null,
      readableUntil: null,
    },
  ],
}
