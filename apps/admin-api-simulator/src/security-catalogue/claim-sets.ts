import type { ClaimSetActionRow, ClaimSetRow } from '../store/tenant-state.js'
import { actions } from './actions.js'
import { resourceClaims } from './resource-claims.js'

/** Names of the claim sets an installation starts with; all are system reserved. */
const names = [
  'AB Connect',
  'Assessment Read',
  'Assessment Vendor',
  'Bootstrap Descriptors and EdOrgs',
  'District Hosted SIS Vendor',
  'Ed-Fi API Publisher - Reader',
  'Ed-Fi API Publisher - Writer',
  'Ed-Fi ODS Admin App',
  'Ed-Fi Sandbox',
  'Education Preparation Program',
  'Finance Vendor',
  'Roster Vendor',
  'SIS Vendor',
]

const readOnly = new Set(['Assessment Read', 'Ed-Fi API Publisher - Reader', 'Roster Vendor'])

/** The claim sets of a new tenant: every parent claim, read only for the readers, everything for the others. */
export function presetClaimSets(): Omit<ClaimSetRow, 'id'>[] {
  return names.map((name) => {
    const granted = actions.filter((action) => !readOnly.has(name) || action.name === 'Read')
    const rows: ClaimSetActionRow[] = []
    for (const claim of resourceClaims.filter(({ parentId }) => parentId === null)) {
      for (const { id: actionId } of granted) {
        rows.push({ id: rows.length + 1, resourceClaimId: claim.id, actionId, overrideStrategyIds: [] })
      }
    }
    return { name, isSystemReserved: true, actions: rows }
  })
}
