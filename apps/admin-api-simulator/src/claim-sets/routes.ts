import { invalid, notFound } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody } from '../http/request-body.js'
import { created, deleted, ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, type Columns } from '../listing/list-query.js'
import { byId, remove } from '../store/table.js'
import type { ClaimSetRow } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import { checkEditable, findClaimSet, getClaimSet, presentClaimSet } from './claim-set.js'
import { checkName, insertClaimSet } from './claim-set-names.js'
import { importClaimSet } from './import.js'
import { presentResourceClaims } from './resource-claims.js'
import { resourceClaimActionRoutes } from './resource-claim-actions.js'

const columns: Columns<ClaimSetRow> = { Name: (row) => row.name, Id: (row) => row.id }

/** `/v2/claimSets`: what an application may do with which resources. */
export const claimSetRoutes: Route[] = [
  { method: 'GET', path: '/v2/claimSets', handler: list },
  { method: 'GET', path: '/v2/claimSets/{id}', handler: read },
  { method: 'GET', path: '/v2/claimSets/{id}/export', handler: read },
  { method: 'POST', path: '/v2/claimSets', handler: add },
  { method: 'POST', path: '/v2/claimSets/copy', handler: copy },
  { method: 'POST', path: '/v2/claimSets/import', handler: importClaimSet },
  { method: 'PUT', path: '/v2/claimSets/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/claimSets/{id}', handler: removeClaimSet },
  ...resourceClaimActionRoutes,
]

function list(call: Call): Reply {
  const { engine } = call.settings
  const [id, name] = [call.query.int('id'), call.query.text('name')]
  const tenant = call.tenant()
  const rows = tenant.claimSets.rows.filter((row) => matches(engine, id, row.id) && matches(engine, name, row.name))
  return ok(page(call, rows, columns).map((row) => presentClaimSet(tenant, row)))
}

function read(call: Call): Reply {
  const claimSet = getClaimSet(call)
  const resourceClaims = presentResourceClaims(claimSet.actions)
  return ok({ ...presentClaimSet(call.tenant(), claimSet), resourceClaims })
}

function add(call: Call): Reply {
  const tenant = call.tenant()
  const { name } = readBody(call, { name: 'string' })
  const rules = new Rules()
  checkName(rules, name, (taken) => tenant.claimSets.rows.some((row) => row.name === taken))
  rules.guard()
  return created(`/claimSets/${insertClaimSet(tenant, name ?? '', []).id}`)
}

function copy(call: Call): Reply {
  const tenant = call.tenant()
  const { originalId, name } = readBody(call, { originalId: 'int', name: 'string' })
  const original = findClaimSet(tenant, originalId)
  const rules = new Rules()
  const taken = name?.toLowerCase()
  checkName(rules, name, () => tenant.claimSets.rows.some((row) => row.name.toLowerCase() === taken))
  rules.guard()
  return created(`/claimSets/${insertClaimSet(tenant, name ?? '', structuredClone(original.actions)).id}`)
}

function edit(call: Call): Reply {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const { name } = readBody(call, { name: 'string' })
  const rules = new Rules()
  rules.notEmpty(id, 'Id')
  const claimSet = byId(tenant.claimSets, id)
  if (claimSet === undefined) throw notFound('claimset', id)
  if (claimSet.name !== name) checkName(rules, name, () => tenant.claimSets.rows.some((row) => row.name === name))
  rules.guard()
  checkEditable(claimSet, 'id')
  for (const application of tenant.applications.rows) {
    if (application.claimSetName === claimSet.name) application.claimSetName = name ?? ''
  }
  claimSet.name = name ?? ''
  return ok()
}

function removeClaimSet(call: Call): Reply {
  const tenant = call.tenant()
  const claimSet = getClaimSet(call)
  checkEditable(claimSet, 'id')
  const count = tenant.applications.rows.filter((row) => row.claimSetName === claimSet.name).length
  if (count > 0) {
    throw invalid('id', `Cannot delete this claim set. This claim set has ${count} associated application(s).`)
  }
  remove(tenant.claimSets, (row) => row.id === claimSet.id)
  return deleted('ClaimSet')
}
