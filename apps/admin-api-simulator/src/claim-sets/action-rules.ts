import { list, readFields } from '../http/request-body.js'
import { actions } from '../security-catalogue/actions.js'
import type { ClaimSetActionRow } from '../store/tenant-state.js'
import type { Rules } from '../validation/rules.js'

/** An action of a resource claim as requests name it. */
export interface RequestedAction {
  name: string | null
  enabled: boolean
}

/** Reads a list of actions; null when absent. @throws ApiFailure 400 when a value has the wrong type. */
export function readActions(value: unknown): RequestedAction[] | null {
  if (value === undefined || value === null) return null
  return list(value).map((item) => readFields(item, { name: 'string', enabled: 'boolean' }))
}

/** The rules of a list of actions: not empty, one enabled, none twice, all known. */
export function checkActions(rules: Rules, requested: readonly RequestedAction[] | null, property: string): void {
  if (requested === null || requested.length === 0) {
    rules.must(false, property, 'Actions can not be empty.')
    return
  }
  if (!requested.some(({ enabled }) => enabled)) {
    rules.must(false, property, 'A resource must have at least one action associated with it to be added.')
    return
  }
  const names = requested.map(({ name }) => name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  for (const name of twice) rules.must(false, property, `${name ?? ''} action is duplicated.`)
  for (const name of names) rules.must(findAction(name) !== undefined, property, `${name ?? ''} is not a valid action.`)
}

/** The action with this name, ignoring case. */
export function findAction(name: string | null): { id: number; name: string } | undefined {
  return actions.find((action) => action.name.toLowerCase() === name?.toLowerCase())
}

/** Enables and disables actions of one resource claim; actions that are not named stay as they are. */
export function applyActions(
  rows: readonly ClaimSetActionRow[],
  resourceClaimId: number,
  requested: readonly RequestedAction[],
): ClaimSetActionRow[] {
  let result = [...rows]
  for (const { name, enabled } of requested) {
    const action = findAction(name)
    if (action === undefined) continue
    const isThis = (row: ClaimSetActionRow): boolean =>
      row.resourceClaimId === resourceClaimId && row.actionId === action.id
    if (!enabled) result = result.filter((row) => !isThis(row))
    else if (!result.some(isThis)) {
      const id = Math.max(0, ...result.map((row) => row.id)) + 1
      result.push({ id, resourceClaimId, actionId: action.id, overrideStrategyIds: [] })
    }
  }
  return result
}
