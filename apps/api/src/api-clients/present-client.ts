import type { ApiClient } from '@edfi-tenants/contract'
import type { ApiClientRow } from '@edfi-tenants/store'

/** An API client as others see it. */
export const presentClient = (row: ApiClientRow): ApiClient => ({
  id: row.id,
  clientId: row.id,
  name: row.name,
  scopes: row.scopes,
  tenants: row.tenants,
  mayActForOthers: row.mayActForOthers,
  createdBy: row.createdBy,
  createdAt: row.createdAt,
  rotatedAt: row.rotatedAt,
})
