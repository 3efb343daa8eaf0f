import { invalid, notFound } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import type { Call } from '../http/route.js'
import { byId } from '../store/table.js'
import type { ClaimSetRow, TenantState } from '../store/tenant-state.js'

/** Looks a claim set up by the id in the path. @throws ApiFailure 404. */
export function getClaimSet(call: Call, parameter = 'id'): ClaimSetRow {
  return findClaimSet(call.tenant(), parseInt32(call.params[parameter] ?? ''))
}

/** Looks a claim set up. @throws ApiFailure 404. */
export function findClaimSet(tenant: TenantState, id: number): ClaimSetRow {
  const found = byId(tenant.claimSets, id)
  if (found === undefined) throw notFound('claimset', id)
  return found
}

/** The text about a claim set that came with the installation. */
export function reservedText({ name }: ClaimSetRow): string {
  return `Claim set (${name}) is system reserved. May not be modified.`
}

/** Lets pass what may be changed. @throws ApiFailure 400 under the given property. */
export function checkEditable(claimSet: ClaimSetRow, property: string): void {
  if (claimSet.isSystemReserved) throw invalid(property, reservedText(claimSet))
}

/** A claim set as lists show it, with the names of the applications that use it. */
export function presentClaimSet(tenant: TenantState, { id, name, isSystemReserved }: ClaimSetRow): object {
  const users = tenant.applications.rows.filter((row) => row.claimSetName === name)
  return {
    id,
    name,
    _isSystemReserved: isSystemReserved,
    _applications: users.map(({ applicationName }) => ({ applicationName })),
  }
}
