import { actions } from '../security-catalogue/actions.js'
import { authorizationStrategies } from '../security-catalogue/authorization-strategies.js'
import { defaultStrategies, resourceClaims, type ResourceClaim } from '../security-catalogue/resource-claims.js'
import type { ClaimSetActionRow } from '../store/tenant-state.js'

interface PresentedClaim {
  id: number
  name: string
  actions: object[]
  _defaultAuthorizationStrategiesForCRUD: object[]
  authorizationStrategyOverridesForCRUD: object[]
  children: PresentedClaim[]
}

/** The resource claims of a claim set as a tree; a child whose parent is not in the set stands at the top. */
export function presentResourceClaims(rows: readonly ClaimSetActionRow[]): PresentedClaim[] {
  const present = (claim: ResourceClaim): PresentedClaim => presentClaim(claim, rows)
  const inSet = resourceClaims.filter(({ id }) => rows.some((row) => row.resourceClaimId === id))
  const parents = inSet.filter(({ parentId }) => parentId === null).map(present)
  const orphans: PresentedClaim[] = []
  for (const child of inSet.filter(({ parentId }) => parentId !== null)) {
    const siblings = parents.find(({ id }) => id === child.parentId)?.children ?? orphans
    siblings.push(present(child))
  }
  return [...parents, ...orphans]
}

function presentClaim(claim: ResourceClaim, rows: readonly ClaimSetActionRow[]): PresentedClaim {
  const own = rows.filter((row) => row.resourceClaimId === claim.id)
  return {
    id: claim.id,
    name: claim.name,
    actions: own.map(({ actionId }) => ({ name: actionName(actionId), enabled: true })),
    _defaultAuthorizationStrategiesForCRUD: presentDefaults(claim),
    authorizationStrategyOverridesForCRUD: own.flatMap((row) => presentOverride(row, claim, rows)),
    children: [],
  }
}

function presentDefaults(claim: ResourceClaim): object[] {
  const parent = resourceClaims.find(({ id }) => id === claim.parentId)
  const own = defaultStrategies(claim).map(({ id }) => id)
  const inherited = own.length === 0 && parent !== undefined ? defaultStrategies(parent).map(({ id }) => id) : []
  const ids = own.length > 0 ? own : inherited
  if (ids.length === 0) return []
  return actions.map((action) => presentStrategies(action.id, ids, own.length === 0))
}

function presentOverride(row: ClaimSetActionRow, claim: ResourceClaim, rows: readonly ClaimSetActionRow[]): object[] {
  if (row.overrideStrategyIds.length > 0) return [presentStrategies(row.actionId, row.overrideStrategyIds, false)]
  const parent = rows.find(
    ({ resourceClaimId, actionId }) => resourceClaimId === claim.parentId && actionId === row.actionId,
  )
  const inherited = parent?.overrideStrategyIds ?? []
  return inherited.length === 0 ? [] : [presentStrategies(row.actionId, inherited, true)]
}

function presentStrategies(actionId: number, strategyIds: readonly number[], isInheritedFromParent: boolean): object {
  return {
    actionId,
    actionName: actionName(actionId),
    authorizationStrategies: strategyIds.map((id) => ({
      authStrategyId: id,
      authStrategyName: authorizationStrategies.find((strategy) => strategy.id === id)?.name ?? null,
      isInheritedFromParent,
    })),
  }
}

function actionName(id: number): string | null {
  return actions.find((action) => action.id === id)?.name ?? null
}
