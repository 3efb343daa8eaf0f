import { checkContexts, fillTemplate } from './route-template.js'

/** Where an instance stands in ODS/API's routes. */
export interface OdsPlace {
  /** Base address; null where none is on record. */
  baseUrl: string | null
  multiTenant: boolean
  /** The tenant's name in ODS/API, the same as in Admin API; it stands in the routes of multi-tenant ones only. */
  adminTenant: string
  contextRouteTemplate: string | null
  contexts: Record<string, string>
}

/**
 * The addresses under which ODS/API serves an instance, named like the `urls` of its root document. None where there is
 * no ODS/API on record, or its routes cannot lead to an instance with these contexts.
 * https://docs.ed-fi.org/reference/ods-api/platform-dev-guide/features/api-routes
 */
export function odsEndpoints(place: OdsPlace): Record<string, string> {
  const { baseUrl, multiTenant, contextRouteTemplate, contexts } = place
  if (baseUrl === null || checkContexts(contextRouteTemplate, contexts).length > 0) return {}
  const prefix = odsPrefix({ ...place, baseUrl, adminTenant: multiTenant ? place.adminTenant : '' })
  return {
    oauth: `${prefix}/oauth/token`,
    oauthTokenIntrospection: `${prefix}/oauth/token_info`,
    dataManagementApi: `${prefix}/data/v3/`,
    openApiMetadata: `${prefix}/metadata/`,
    dependencies: `${prefix}/metadata/data/v3/dependencies`,
    xsdMetadata: `${prefix}/metadata/xsd`,
    changeQueries: `${prefix}/changeQueries/v1/`,
  }
}

/** What all addresses of an instance begin with, without a final slash: base, tenant (where there is one), contexts. */
export function odsPrefix(place: {
  baseUrl: string
  /** Empty: this ODS/API serves a single tenant. */
  adminTenant: string
  contextRouteTemplate: string | null
  contexts: Record<string, string>
}): string {
  const segments = [place.adminTenant, fillTemplate(place.contextRouteTemplate, place.contexts)]
  return [place.baseUrl.replace(/\/+$/, ''), encodeURIComponent(segments[0] ?? ''), segments[1]]
    .filter((segment) => segment !== '')
    .join('/')
}
