import { notFound } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, type Columns } from '../listing/list-query.js'
import { actions, type Action } from './actions.js'
import { authorizationStrategies, type AuthorizationStrategy } from './authorization-strategies.js'
import { defaultStrategies, resourceClaims, type ResourceClaim } from './resource-claims.js'

const actionColumns: Columns<Action> = { Name: (row) => row.name, Uri: (row) => row.uri, Id: (row) => row.id }

const strategyColumns: Columns<AuthorizationStrategy> = {
  Name: (row) => row.name,
  DisplayName: (row) => row.displayName,
  Id: (row) => row.id,
}

const claimColumns: Columns<ResourceClaim> = {
  Name: (row) => row.name,
  ParentName: () => null,
  ParentId: (row) => row.parentId,
  Id: (row) => row.id,
}

const claimActionColumns: Columns<ResourceClaim> = { ResourceClaimId: (row) => row.id, ResourceName: (row) => row.name }

const claimStrategyColumns: Columns<ResourceClaim> = {
  Id: (row) => row.id,
  ResourceName: (row) => row.name,
  ClaimName: (row) => row.claimName,
}

/** The read-only contents of the security database. They are the same for every tenant. */
export const securityCatalogueRoutes: Route[] = [
  { method: 'GET', path: '/v2/actions', handler: listActions },
  { method: 'GET', path: '/v2/authorizationStrategies', handler: listStrategies },
  { method: 'GET', path: '/v2/resourceClaims', handler: listClaims },
  { method: 'GET', path: '/v2/resourceClaims/{id}', handler: readClaim },
  { method: 'GET', path: '/v2/resourceClaimActions', handler: listClaimActions },
  { method: 'GET', path: '/v2/resourceClaimActionAuthStrategies', handler: listClaimStrategies },
]

function listActions(call: Call): Reply {
  call.tenant()
  const { query, settings } = call
  const [id, name] = [query.int('id'), query.text('name')]
  const rows = actions.filter((row) => matches(settings.engine, id, row.id) && matches(settings.engine, name, row.name))
  return ok(page(call, rows, actionColumns))
}

function listStrategies(call: Call): Reply {
  call.tenant()
  return ok(page(call, authorizationStrategies, strategyColumns))
}

/** The page is cut before the filters work, as in the original: a filter finds nothing outside the page. */
function listClaims(call: Call): Reply {
  call.tenant()
  const [id, name] = [call.query.int('id'), call.query.text('name')]
  const parents = resourceClaims.filter(({ parentId }) => parentId === null)
  const rows = page(call, parents, claimColumns)
  const wanted = rows.filter((row) => (id === null || row.id === id) && (name === null || row.name === name))
  return ok(wanted.map(presentClaim))
}

function readClaim(call: Call): Reply {
  call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const found = resourceClaims.find((claim) => claim.id === id)
  if (found === undefined) throw notFound('resourceclaim', id)
  return ok({ ...presentClaim(found), parentId: 0, parentName: null })
}

function presentClaim(claim: ResourceClaim): object {
  return {
    id: claim.id,
    name: claim.name,
    parentId: claim.parentId ?? 0,
    parentName: resourceClaims.find(({ id }) => id === claim.parentId)?.name ?? null,
    children: resourceClaims.filter(({ parentId }) => parentId === claim.id).map(presentClaim),
  }
}

function listClaimActions(call: Call): Reply {
  call.tenant()
  return ok(
    page(call, withDefaults(call), claimActionColumns).map(({ id, name, claimName }) => ({
      resourceClaimId: id,
      resourceName: name,
      claimName,
      actions: actions.map((action) => ({ name: action.name })),
    })),
  )
}

function listClaimStrategies(call: Call): Reply {
  call.tenant()
  return ok(
    page(call, withDefaults(call), claimStrategyColumns).map((claim) => ({
      resourceClaimId: claim.id,
      resourceName: claim.name,
      claimName: claim.claimName,
      authorizationStrategiesForActions: actions.map((action) => ({
        actionId: action.id,
        actionName: action.name,
        authorizationStrategies: defaultStrategies(claim).map(({ id, name }) => ({
          authStrategyId: id,
          authStrategyName: name,
        })),
      })),
    })),
  )
}

/** Claims with default strategies of their own, which are the ones that have actions. */
function withDefaults({ query, settings }: Call): ResourceClaim[] {
  const name = query.text('resourceName')
  return resourceClaims.filter((row) => row.defaultStrategy !== null && matches(settings.engine, name, row.name))
}
