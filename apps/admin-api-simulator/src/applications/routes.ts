import { conflict, invalid, messages, notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { created, deleted, ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, sameText, type Columns } from '../listing/list-query.js'
import { byId, insert } from '../store/table.js'
import type { ApplicationRow, TenantState } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import {
  checkReferences,
  getApplication,
  newKey,
  newSecret,
  presentApplication,
  removeApplication,
} from './application.js'

const fields = {
  applicationName: 'string',
  vendorId: 'int',
  claimSetName: 'string',
  profileIds: 'ids',
  educationOrganizationIds: 'ids',
  odsInstanceIds: 'ids',
  enabled: 'optionalBoolean',
} as const
type ApplicationBody = BodyOf<typeof fields>

const maximumNameLength = 50

const columns: Columns<ApplicationRow> = {
  ApplicationName: (row) => row.applicationName,
  ClaimSetName: (row) => row.claimSetName,
  Id: (row) => row.id,
}

/** `/v2/applications`: a vendor's access to instances, with one or more credentials. */
export const applicationRoutes: Route[] = [
  { method: 'GET', path: '/v2/applications', handler: list },
  { method: 'GET', path: '/v2/applications/{id}', handler: read },
  { method: 'POST', path: '/v2/applications', handler: add },
  { method: 'PUT', path: '/v2/applications/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/applications/{id}', handler: removeOne },
  { method: 'PUT', path: '/v2/applications/{id}/reset-credential', handler: resetCredential },
]

function list(call: Call): Reply {
  const { query, settings } = call
  const [id, name, claimSet] = [query.int('id'), query.text('applicationName'), query.text('claimsetName')]
  const ids = readIds(query.text('ids'))
  const tenant = call.tenant()
  const rows = tenant.applications.rows.filter(
    (row) =>
      matches(settings.engine, id, row.id) &&
      matches(settings.engine, name, row.applicationName) &&
      matches(settings.engine, claimSet, row.claimSetName) &&
      (ids === null || ids.includes(row.id)),
  )
  return ok(page(call, rows, columns).map((row) => presentApplication(tenant, row)))
}

function readIds(text: string | null): number[] | null {
  if (text === null || text === '') return text === null ? null : []
  const parts = text.split(',').map((part) => part.trim())
  if (!parts.every((part) => /^[+-]?\d{1,10}$/.test(part))) {
    throw invalid('', "The 'ids' query parameter must be a comma-separated list of integers.")
  }
  return parts.map(Number)
}

function read(call: Call): Reply {
  const tenant = call.tenant()
  return ok(presentApplication(tenant, getApplication(tenant, parseInt32(call.params.id ?? ''))))
}

function add(call: Call): Reply {
  const tenant = call.tenant()
  const body = readBody(call, fields)
  validate(tenant, body)
  if (call.settings.preventDuplicateApplications && isDuplicate(call, body)) {
    throw conflict('The Application already exists')
  }
  const application = insert(tenant.applications, toRow(body))
  const [key, secret] = [newKey(), newSecret()]
  insert(tenant.apiClients, {
    applicationId: application.id,
    name: application.applicationName,
    key,
    isApproved: body.enabled ?? true,
    odsInstanceIds: [...new Set(body.odsInstanceIds)],
    educationOrganizationIds: application.educationOrganizationIds,
  })
  return created(`/applications/${application.id}`, { id: application.id, key, secret })
}

function edit(call: Call): Reply {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const body = readBody(call, fields)
  validate(tenant, body)
  const application = getApplication(tenant, id)
  const [client, ...others] = tenant.apiClients.rows.filter((row) => row.applicationId === id)
  // The original can edit an application only while it has exactly one credential.
  if (client === undefined || others.length > 0) throw unexpected()
  Object.assign(application, toRow(body))
  client.name = application.applicationName
  client.isApproved = body.enabled ?? true
  client.odsInstanceIds = [...new Set(body.odsInstanceIds)]
  client.educationOrganizationIds = application.educationOrganizationIds
  return ok()
}

function removeOne(call: Call): Reply {
  const tenant = call.tenant()
  removeApplication(tenant, getApplication(tenant, parseInt32(call.params.id ?? '')).id)
  return deleted('Application')
}

function resetCredential(call: Call): Reply {
  if (!call.settings.enableApplicationResetEndpoint) throw invalid('Application', messages.endpointDisabled)
  const tenant = call.tenant()
  const { id } = getApplication(tenant, parseInt32(call.params.id ?? ''))
  const client = tenant.apiClients.rows.find((row) => row.applicationId === id)
  if (client === undefined) throw unexpected()
  return ok({ id, key: client.key, secret: newSecret() })
}

function validate(tenant: TenantState, body: ApplicationBody): void {
  const rules = new Rules()
  rules.notEmpty(body.applicationName, 'ApplicationName')
  const extra = (body.applicationName?.length ?? 0) - maximumNameLength
  const tooLong =
    `The Application Name ${body.applicationName ?? ''} would be too long for Admin App to set up necessary ` +
    `Application records. Consider shortening the name by ${extra} character(s).`
  rules.must(extra <= 0, 'ApplicationName', tooLong)
  rules.notEmpty(body.claimSetName, 'ClaimSetName', 'Please provide a valid claim set name.')
  const educationOrganizations = 'Please provide at least one education organization id.'
  rules.notEmpty(body.educationOrganizationIds, 'EducationOrganizationIds', educationOrganizations)
  rules.notEmpty(body.odsInstanceIds, 'OdsInstanceIds', messages.odsInstanceIds)
  rules.must(body.vendorId > 0, 'VendorId', 'Please provide valid vendor id.')
  rules.guard()
  if (byId(tenant.vendors, body.vendorId) === undefined) {
    throw invalid('VendorId', `Vendor with ID ${body.vendorId} not found.`)
  }
  checkReferences(body.profileIds, tenant.profiles.rows, 'ProfileIds')
  checkReferences(body.odsInstanceIds, tenant.odsInstances.rows, 'OdsInstanceIds')
}

/**
 * The original's idea of a duplicate: same name, vendor, claim set and education organizations; the profiles count only
 * when the existing one has some, and the instances only in that there must be one.
 */
function isDuplicate({ settings: { engine }, tenant }: Call, body: ApplicationBody): boolean {
  const { applications, apiClients } = tenant()
  return applications.rows.some(
    (row) =>
      sameText(engine, row.applicationName, body.applicationName) &&
      sameText(engine, row.claimSetName, body.claimSetName) &&
      row.vendorId === body.vendorId &&
      sameIds(row.educationOrganizationIds, body.educationOrganizationIds ?? []) &&
      (row.profileIds.length === 0 || sameIds(row.profileIds, body.profileIds ?? [])) &&
      apiClients.rows.some((client) => client.applicationId === row.id && client.odsInstanceIds.length > 0),
  )
}

function sameIds(stored: readonly number[], given: readonly number[]): boolean {
  return stored.length === given.length && stored.every((id) => given.includes(id))
}

function toRow(body: ApplicationBody): Omit<ApplicationRow, 'id'> {
  return {
    applicationName: body.applicationName ?? '',
    claimSetName: body.claimSetName ?? '',
    vendorId: body.vendorId,
    profileIds: [...new Set(body.profileIds ?? [])],
    educationOrganizationIds: [...(body.educationOrganizationIds ?? [])],
  }
}

/** Lists the applications of one vendor, for `/v2/vendors/{id}/applications`. */
export function listVendorApplications(call: Call): Reply {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  if (byId(tenant.vendors, id) === undefined) throw notFound('vendor', id)
  const rows = tenant.applications.rows.filter((row) => row.vendorId === id)
  return ok(rows.map((row) => presentApplication(tenant, row)))
}
