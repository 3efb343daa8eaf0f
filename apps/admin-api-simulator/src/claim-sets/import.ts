import { list, readBody, readFields } from '../http/request-body.js'
import { created, type Call, type Reply } from '../http/route.js'
import { authorizationStrategies } from '../security-catalogue/authorization-strategies.js'
import { resourceClaims, type ResourceClaim } from '../security-catalogue/resource-claims.js'
import { unexpected } from '../http/errors.js'
import type { ClaimSetActionRow } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import { applyActions, checkActions, findAction, readActions, type RequestedAction } from './action-rules.js'
import { checkName, insertClaimSet } from './claim-set-names.js'

interface ImportedStrategies {
  actionName: string | null
  strategyNames: string[]
}

interface ImportedClaim {
  name: string | null
  actions: RequestedAction[] | null
  defaults: ImportedStrategies[]
  overrides: ImportedStrategies[]
  children: ImportedClaim[]
}

const property = 'ResourceClaims'

/** `POST /v2/claimSets/import`: a whole claim set in the form that export gives. */
export function importClaimSet(call: Call): Reply {
  const tenant = call.tenant()
  const body = readBody(call, { name: 'string', resourceClaims: 'unknown' })
  const claims = readClaims(body.resourceClaims)
  const rules = new Rules()
  checkName(rules, body.name, () => tenant.claimSets.rows.some((row) => row.name === body.name))
  const reported = new Set<string>()
  for (const claim of claims) checkClaim(rules, claim, claims, body.name ?? '', reported)
  rules.guard()
  let actions: ClaimSetActionRow[] = []
  for (const claim of [...claims, ...claims.flatMap(({ children }) => children)]) {
    const known = resourceClaims.find(({ name }) => name === claim.name)
    if (known === undefined) continue
    actions = applyActions(actions, known.id, claim.actions ?? [])
    applyOverrides(actions, known, claim.overrides)
  }
  return created(`/claimSets/${insertClaimSet(tenant, body.name ?? '', actions).id}`)
}

function readClaims(value: unknown): ImportedClaim[] {
  if (value === undefined || value === null) return []
  return list(value).map((item) => {
    const fields = readFields(item, {
      name: 'string',
      actions: 'unknown',
      _defaultAuthorizationStrategiesForCRUD: 'unknown',
      authorizationStrategyOverridesForCRUD: 'unknown',
      children: 'unknown',
    })
    return {
      name: fields.name,
      actions: readActions(fields.actions),
      defaults: readStrategies(fields._defaultAuthorizationStrategiesForCRUD),
      overrides: readStrategies(fields.authorizationStrategyOverridesForCRUD),
      children: readClaims(fields.children),
    }
  })
}

function readStrategies(value: unknown): ImportedStrategies[] {
  if (value === undefined || value === null) return []
  const given = list(value).filter((item) => item !== null)
  return given.map((item) => {
    const fields = readFields(item, { actionName: 'string', authorizationStrategies: 'unknown' })
    const strategies = list(fields.authorizationStrategies ?? [])
    const names = strategies.map((strategy) => readFields(strategy, { authStrategyName: 'string' }).authStrategyName)
    return { actionName: fields.actionName, strategyNames: names.filter((name) => name !== null) }
  })
}

/** Checks a claim and then its children; a duplicate is told once per request. */
function checkClaim(
  rules: Rules,
  claim: ImportedClaim,
  siblings: readonly ImportedClaim[],
  claimSetName: string,
  reported: Set<string>,
): void {
  const { name } = claim
  // The original looks the name up in lower case without asking whether there is one.
  if (name === null) throw unexpected()
  if (siblings.filter((sibling) => sibling.name === name).length > 1 && !reported.has(name)) {
    reported.add(name)
    const text = `Only unique resource claims can be added. The following is a duplicate resource: '${name}'.`
    rules.must(false, property, text)
  }
  checkActions(rules, claim.actions, property)
  const known = findClaims(name)
  const missing = `This Claim Set contains a resource which is not in the system. Claimset Name: '${claimSetName}' Resource: '${name}'.`
  rules.must(known.length > 0, property, missing)
  for (const strategy of [...claim.defaults, ...claim.overrides].flatMap(({ strategyNames }) => strategyNames)) {
    const text = `This resource claim contains an authorization strategy which is not in the system. Claimset Name: '${claimSetName}' Resource name: '${name}' Authorization strategy: '${strategy}'.`
    const exists = authorizationStrategies.some((candidate) => candidate.name === strategy)
    rules.must(exists, property, text)
  }
  for (const child of claim.children) {
    checkParent(rules, child, known)
    checkClaim(rules, child, claim.children, claimSetName, reported)
  }
}

function checkParent(rules: Rules, child: ImportedClaim, parents: readonly ResourceClaim[]): void {
  for (const { name, parentId } of findClaims(child.name)) {
    if (parentId === null) {
      rules.must(false, property, `'${name}' can not be added as a child resource.`)
      continue
    }
    const correct = resourceClaims.find(({ id }) => id === parentId)?.name ?? ''
    const text = `Child resource: '${name}' added to the wrong parent resource. Correct parent resource is: '${correct}'.`
    const isRight = parents.some(({ id }) => id === parentId)
    rules.must(isRight, property, text)
  }
}

function findClaims(name: string | null): ResourceClaim[] {
  return resourceClaims.filter((claim) => claim.name.toLowerCase() === name?.toLowerCase())
}

function applyOverrides(
  rows: readonly ClaimSetActionRow[],
  claim: ResourceClaim,
  overrides: readonly ImportedStrategies[],
): void {
  for (const { actionName, strategyNames } of overrides) {
    const action = findAction(actionName)
    const row = rows.find(({ resourceClaimId, actionId }) => resourceClaimId === claim.id && actionId === action?.id)
    if (row === undefined) continue
    const chosen = authorizationStrategies.filter(({ name }) => strategyNames.includes(name))
    row.overrideStrategyIds = chosen.map(({ id }) => id)
  }
}
