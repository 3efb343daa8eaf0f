export type { ExchangeReport } from './address.js'
export type * from './admin-api.js'
export { createAdminApiClient, type AdminApiClientOptions } from './create-admin-api-client.js'
