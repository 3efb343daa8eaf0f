import type { Dialect } from './dialect.js'
import { apiClientRequests } from './dialect-v2/api-clients.js'
import { applicationRequests } from './dialect-v2/applications.js'
import { complaint } from './dialect-v2/complaint.js'
import { registrationRequests } from './dialect-v2/registrations.js'
import { signIn } from './dialect-v2/sign-in.js'
import { vendorRequests } from './dialect-v2/vendors.js'

/**
 * Admin API 2.0 to 2.4 in mode v2, as its published OpenAPI documents say: https://docs.ed-fi.org/reference/admin-api/
 * Ids of what was created come only as the last segment of a relative `Location` without path base or version.
 */
export const dialectV2: Dialect = {
  mode: 'v2',
  signIn,
  ...registrationRequests,
  ...vendorRequests,
  ...applicationRequests,
  ...apiClientRequests,
  complaint,
}
