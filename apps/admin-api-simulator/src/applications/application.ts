import { randomBytes } from 'node:crypto'
import { invalid, notFound } from '../http/errors.js'
import { byId, remove } from '../store/table.js'
import type { ApplicationRow, TenantState } from '../store/tenant-state.js'

/** Looks an application up. @throws ApiFailure 404. */
export function getApplication(tenant: TenantState, id: number): ApplicationRow {
  const found = byId(tenant.applications, id)
  if (found === undefined) throw notFound('application', id)
  return found
}

/** An application as reads show it; what its credentials say about instances and approval is summed up. */
export function presentApplication(tenant: TenantState, row: ApplicationRow): object {
  const clients = tenant.apiClients.rows.filter((client) => client.applicationId === row.id)
  return {
    id: row.id,
    applicationName: row.applicationName,
    claimSetName: row.claimSetName,
    educationOrganizationIds: row.educationOrganizationIds,
    vendorId: row.vendorId,
    profileIds: row.profileIds,
    odsInstanceIds: [...new Set(clients.flatMap((client) => client.odsInstanceIds))],
    enabled: clients.every((client) => client.isApproved),
  }
}

/** Removes an application with its credentials. */
export function removeApplication(tenant: TenantState, id: number): void {
  remove(tenant.apiClients, (row) => row.applicationId === id)
  remove(tenant.applications, (row) => row.id === id)
}

/**
 * Checks that every number names a row.
 * @throws ApiFailure 400 that lists the ones which don't.
 */
export function checkReferences(
  ids: readonly number[] | null,
  rows: readonly { id: number }[],
  property: string,
): void {
  const missing = (ids ?? []).filter((id) => !rows.some((row) => row.id === id))
  if (missing.length === 0) return
  throw invalid(property, `The following ${property} were not found in database: ${missing.join(', ')}`)
}

/** A new key, 12 characters, as `ApiClient` makes it. */
export function newKey(): string {
  return randomText(12)
}

/** A new secret, 24 characters, as `ApiClient` makes it. */
export function newSecret(): string {
  return randomText(24)
}

function randomText(length: number): string {
  return randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
}
