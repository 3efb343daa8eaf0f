import { invalid, notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { list, readBody } from '../http/request-body.js'
import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { authorizationStrategies } from '../security-catalogue/authorization-strategies.js'
import { defaultStrategies, resourceClaims } from '../security-catalogue/resource-claims.js'
import type { ClaimSetRow } from '../store/tenant-state.js'
import { isEmpty, Rules } from '../validation/rules.js'
import { applyActions, checkActions, findAction, readActions } from './action-rules.js'
import { checkEditable, getClaimSet, reservedText } from './claim-set.js'

const base = '/v2/claimSets/{claimSetId}/resourceClaimActions'

/** `/v2/claimSets/{id}/resourceClaimActions`: the resource claims of one claim set. */
export const resourceClaimActionRoutes: Route[] = [
  { method: 'POST', path: base, handler: add },
  { method: 'PUT', path: `${base}/{resourceClaimId}`, handler: edit },
  { method: 'DELETE', path: `${base}/{resourceClaimId}`, handler: removeClaim },
  { method: 'POST', path: `${base}/{resourceClaimId}/overrideAuthorizationStrategy`, handler: override },
  { method: 'POST', path: `${base}/{resourceClaimId}/resetAuthorizationStrategies`, handler: reset },
]

function add(call: Call): Reply {
  const body = readBody(call, { resourceClaimId: 'int', resourceClaimActions: 'unknown' })
  return setActions(call, body.resourceClaimId, body.resourceClaimActions)
}

function edit(call: Call): Reply {
  const body = readBody(call, { resourceClaimActions: 'unknown' })
  return setActions(call, parseInt32(call.params.resourceClaimId ?? ''), body.resourceClaimActions)
}

/** Adding and editing answer alike, 200 without a Location. */
function setActions(call: Call, resourceClaimId: number, value: unknown): Reply {
  // An absent list is the empty one the original starts with; only an explicit null is none.
  const requested = value === undefined ? [] : readActions(value)
  const claimSet = getClaimSet(call, 'claimSetId')
  const rules = new Rules()
  rules.must(!claimSet.isSystemReserved, 'ClaimSetId', reservedText(claimSet))
  if (requested === null) {
    rules.must(false, 'ResourceClaimActions', 'Please provide a valid resourceClaimActions object.')
  } else {
    const known = resourceClaims.some(({ id }) => id === resourceClaimId)
    const unknown = `This Claim Set contains a resource which is not in the system. Claimset Name: '${claimSet.name}' Resource: '${resourceClaimId}'.`
    rules.must(known, 'ResourceClaimActions', unknown)
    checkActions(rules, requested, 'ResourceClaimActions')
  }
  rules.guard()
  claimSet.actions = applyActions(claimSet.actions, resourceClaimId, requested ?? [])
  return ok()
}

function removeClaim(call: Call): Reply {
  const { claimSet, resourceClaimId } = editableClaim(call)
  claimSet.actions = claimSet.actions.filter((row) => row.resourceClaimId !== resourceClaimId)
  return ok()
}

function reset(call: Call): Reply {
  const { claimSet, resourceClaimId } = editableClaim(call)
  for (const row of claimSet.actions) if (row.resourceClaimId === resourceClaimId) row.overrideStrategyIds = []
  return ok()
}

function editableClaim(call: Call): { claimSet: ClaimSetRow; resourceClaimId: number } {
  const claimSet = getClaimSet(call, 'claimSetId')
  const resourceClaimId = parseInt32(call.params.resourceClaimId ?? '')
  checkEditable(claimSet, 'claimSetId')
  if (!hasClaim(claimSet, resourceClaimId)) throw notFound('ResourceClaim', resourceClaimId)
  return { claimSet, resourceClaimId }
}

function hasClaim(claimSet: ClaimSetRow, resourceClaimId: number): boolean {
  return claimSet.actions.some((row) => row.resourceClaimId === resourceClaimId)
}

function override(call: Call): Reply {
  const body = readBody(call, { actionName: 'string', authorizationStrategies: 'unknown' })
  const given = body.authorizationStrategies
  const names = given === undefined || given === null ? null : list(given).map(String)
  const resourceClaimId = parseInt32(call.params.resourceClaimId ?? '')
  const rules = new Rules()
  rules.must(resourceClaimId !== 0, 'ResourceClaimId', "'Resource Claim Id' must not be equal to '0'.")
  rules.notEmpty(body.actionName, 'ActionName')
  rules.notEmpty(names, 'AuthorizationStrategies')
  const claimSet = getClaimSet(call, 'claimSetId')
  // The original dereferences both without a check.
  if (names === null || body.actionName === null) throw unexpected()
  const missing = "Resource claim doesn't exist for the Claim set provided"
  rules.must(hasClaim(claimSet, resourceClaimId), 'ResourceClaim', missing)
  rules.must(!claimSet.isSystemReserved, 'ClaimSetId', reservedText(claimSet))
  for (const name of names) {
    rules.must(findStrategy(name) !== undefined, 'AuthorizationStrategies', `${name} doesn't exist.`)
  }
  const action = findAction(body.actionName)
  rules.must(action !== undefined, 'ActionName', "ActionName doesn't exist.")
  rules.guard()
  setOverrides(claimSet, resourceClaimId, body.actionName, names)
  return ok()
}

/** The default strategy is never stored as an override. */
function setOverrides(claimSet: ClaimSetRow, resourceClaimId: number, actionName: string, names: string[]): void {
  const action = findAction(actionName)
  const isThis = (row: { resourceClaimId: number; actionId: number }): boolean =>
    row.resourceClaimId === resourceClaimId && row.actionId === action?.id
  const row = claimSet.actions.find(isThis)
  if (row === undefined) {
    const text = `${actionName} action is not enabled for the resource claim with id ${resourceClaimId}.`
    throw invalid('Action', text)
  }
  const ids = names.flatMap((name) => findStrategy(name)?.id ?? [])
  const defaultId = defaultStrategyId(resourceClaimId)
  row.overrideStrategyIds = ids.filter((id) => defaultId !== undefined && id !== defaultId)
}

function defaultStrategyId(resourceClaimId: number): number | undefined {
  const claim = resourceClaims.find(({ id }) => id === resourceClaimId)
  const parent = resourceClaims.find(({ id }) => id === claim?.parentId)
  const [strategy] = [claim, parent].flatMap((candidate) => (candidate ? defaultStrategies(candidate) : []))
  return strategy?.id
}

function findStrategy(name: string): { id: number } | undefined {
  if (isEmpty(name)) return undefined
  return authorizationStrategies.find((strategy) => strategy.name.toLowerCase() === name.toLowerCase())
}
