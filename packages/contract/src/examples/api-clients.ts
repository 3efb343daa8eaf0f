import type { ApiClient, ApiClientWithSecret } from '../api-clients.js'

/** An API client. */
export const apiClientExample: ApiClient = {
  id: 'tm-5f3c1a9e7b2d',
  clientId: 'tm-5f3c1a9e7b2d',
  name: 'Onboarding script',
  scopes: ['read', 'instances:create'],
  tenants: ['district-255901'],
  mayActForOthers: false,
  createdBy: 'administrator',
  createdAt: '2026-07-01T08:30:00.000Z',
  rotatedAt: null,
}

/** The same with its secret. */
export const apiClientWithSecretExample: ApiClientWithSecret = {
  ...apiClientExample,
  clientSecret: 'shown-once-keep-it-well',
}
