import { checkReferences, newKey, newSecret } from '../applications/application.js'
import { invalid, malformedRequest, messages, notFound } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { created, deleted, ok, type Call, type Reply, type Route } from '../http/route.js'
import { byId, insert, remove } from '../store/table.js'
import type { ApiClientRow } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'

const fields = { name: 'string', isApproved: 'boolean', applicationId: 'int', odsInstanceIds: 'ids' } as const
type ApiClientBody = BodyOf<typeof fields>

const maximumNameLength = 50

/** `/v2/apiclients`: the credentials of applications. */
export const apiClientRoutes: Route[] = [
  { method: 'GET', path: '/v2/apiclients', handler: list },
  { method: 'GET', path: '/v2/apiclients/{id}', handler: (call) => ok(present(getApiClient(call, 'apiclient'))) },
  { method: 'POST', path: '/v2/apiclients', handler: add },
  { method: 'PUT', path: '/v2/apiclients/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/apiclients/{id}', handler: removeApiClient },
  { method: 'PUT', path: '/v2/apiclients/{id}/reset-credential', handler: resetCredential },
]

function list(call: Call): Reply {
  const applicationId = call.query.int('applicationid')
  if (applicationId === null) throw malformedRequest()
  const ofApplication = (row: ApiClientRow): boolean => applicationId === 0 || row.applicationId === applicationId
  return ok(call.tenant().apiClients.rows.filter(ofApplication).map(present))
}

function add(call: Call): Reply {
  const tenant = call.tenant()
  const body = readBody(call, fields)
  const rules = new Rules()
  checkCommon(rules, body)
  rules.guard()
  const application = byId(tenant.applications, body.applicationId)
  if (application === undefined) {
    throw invalid('ApplicationId', `Application with ID ${body.applicationId} not found.`)
  }
  checkReferences(body.odsInstanceIds, tenant.odsInstances.rows, 'OdsInstanceIds')
  const secret = newSecret()
  const { id, name, key, applicationId } = insert(tenant.apiClients, {
    applicationId: application.id,
    name: body.name ?? '',
    key: newKey(),
    isApproved: body.isApproved,
    odsInstanceIds: [...new Set(body.odsInstanceIds)],
    educationOrganizationIds: application.educationOrganizationIds,
  })
  return created(`/apiclients/${id}`, { id, name, key, secret, applicationId })
}

function edit(call: Call): Reply {
  const body = readBody(call, fields)
  const rules = new Rules()
  rules.notEmpty(parseInt32(call.params.id ?? ''), 'Id')
  checkCommon(rules, body)
  rules.guard()
  checkReferences(body.odsInstanceIds, call.tenant().odsInstances.rows, 'OdsInstanceIds')
  const client = getApiClient(call, 'apiclient')
  client.name = body.name ?? ''
  client.isApproved = body.isApproved
  client.odsInstanceIds = [...new Set(body.odsInstanceIds)]
  return ok()
}

function removeApiClient(call: Call): Reply {
  const { id } = getApiClient(call, 'apiclient')
  remove(call.tenant().apiClients, (row) => row.id === id)
  return deleted('ApiClient')
}

function resetCredential(call: Call): Reply {
  const { id, name, key, applicationId } = getApiClient(call, 'ApiClient')
  return ok({ id, name, key, secret: newSecret(), applicationId })
}

function getApiClient(call: Call, resourceName: string): ApiClientRow {
  const id = parseInt32(call.params.id ?? '')
  const found = byId(call.tenant().apiClients, id)
  if (found === undefined) throw notFound(resourceName, id)
  return found
}

function present(row: ApiClientRow): object {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    isApproved: row.isApproved,
    useSandbox: false,
    sandboxType: 0,
    applicationId: row.applicationId,
    keyStatus: 'Active',
    educationOrganizationIds: row.educationOrganizationIds,
    odsInstanceIds: row.odsInstanceIds,
  }
}

function checkCommon(rules: Rules, body: ApiClientBody): void {
  rules.notEmpty(body.name, 'Name')
  const extra = (body.name?.length ?? 0) - maximumNameLength
  const tooLong =
    `The Api Client Name ${body.name ?? ''} would be too long for Admin App to set up necessary ApiClient records. ` +
    `Consider shortening the name by ${extra} character(s).`
  rules.must(extra <= 0, 'Name', tooLong)
  rules.must(body.applicationId > 0, 'ApplicationId', "'Application Id' must be greater than '0'.")
  rules.notEmpty(body.odsInstanceIds, 'OdsInstanceIds', messages.odsInstanceIds)
}
