import { messages } from '../http/errors.js'
import { insert } from '../store/table.js'
import type { ClaimSetActionRow, ClaimSetRow, TenantState } from '../store/tenant-state.js'
import type { Rules } from '../validation/rules.js'

/** The rules every way of naming a claim set has. */
export function checkName(rules: Rules, name: string | null, isTaken: (name: string | null) => boolean): void {
  rules.notEmpty(name, 'Name')
  rules.must(!isTaken(name), 'Name', messages.claimSetExists)
  rules.maximumLength(name, 255, 'Name', 'The claim set name must be less than 255 characters.')
}

/** Adds a claim set that operators may change. */
export function insertClaimSet(tenant: TenantState, name: string, actions: ClaimSetActionRow[]): ClaimSetRow {
  return insert(tenant.claimSets, { name, isSystemReserved: false, actions })
}
