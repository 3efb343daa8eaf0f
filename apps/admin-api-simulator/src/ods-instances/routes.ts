import { presentApplication } from '../applications/application.js'
import { encryptConnectionString } from '../connection-strings/encryption.js'
import { isValidConnectionString } from '../connection-strings/validity.js'
import { messages, notFound, unexpected, validationFailed } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody } from '../http/request-body.js'
import { beforeWriting, created, deleted, ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, sameText, type Columns } from '../listing/list-query.js'
import { byId, insert, remove } from '../store/table.js'
import type { OdsInstanceRow, TenantState } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import { getOdsInstance, presentOdsInstance, presentOdsInstanceDetail } from './ods-instance.js'

const fields = { name: 'string', instanceType: 'string', connectionString: 'string' } as const

const columns: Columns<OdsInstanceRow> = {
  Name: (row) => row.name,
  InstanceType: (row) => row.instanceType,
  Id: (row) => row.id,
}

const alreadyExists = 'An Ods instance with this name already exists in the database. Please enter a unique name.'

/** `/v2/odsInstances`: the registered ODS databases of a tenant. */
export const odsInstanceRoutes: Route[] = [
  { method: 'GET', path: '/v2/odsInstances', handler: list },
  { method: 'GET', path: '/v2/odsInstances/{id}', handler: read },
  { method: 'POST', path: '/v2/odsInstances', handler: add },
  { method: 'PUT', path: '/v2/odsInstances/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/odsInstances/{id}', handler: removeInstance },
  { method: 'GET', path: '/v2/odsInstances/{id}/applications', handler: listApplications },
]

function list(call: Call): Reply {
  const { query, settings } = call
  const [id, name, instanceType] = [query.int('id'), query.text('name'), query.text('instanceType')]
  const rows = call
    .tenant()
    .odsInstances.rows.filter(
      (row) =>
        matches(settings.engine, id, row.id) &&
        matches(settings.engine, name, row.name) &&
        matches(settings.engine, instanceType, row.instanceType),
    )
  return ok(page(call, rows, columns).map(presentOdsInstance))
}

function read(call: Call): Reply {
  const tenant = call.tenant()
  return ok(presentOdsInstanceDetail(tenant, getOdsInstance(tenant, parseInt32(call.params.id ?? ''))))
}

async function add(call: Call): Promise<Reply> {
  const { settings } = call
  const tenant = call.tenant()
  const body = readBody(call, fields)
  const rules = new Rules()
  rules.notEmpty(body.name, 'Name')
  rules.must(!nameIsTaken(tenant, body.name), 'Name', alreadyExists)
  checkInstanceType(rules, body.instanceType)
  rules.notEmpty(body.connectionString, 'ConnectionString')
  checkConnectionString(rules, call, body.connectionString)
  rules.guard()
  const connectionString = encryptConnectionString(body.connectionString ?? '', settings.encryptionKey)
  await beforeWriting(call)
  const row = { name: body.name ?? '', instanceType: body.instanceType, connectionString }
  const { id } = insert(tenant.odsInstances, row, () => checkConstraints(call, tenant, 0, row))
  return created(`/odsInstances/${id}`)
}

async function edit(call: Call): Promise<Reply> {
  const { settings } = call
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const body = readBody(call, fields)
  const current = getOdsInstance(tenant, id)
  const rules = new Rules()
  if (current.name !== body.name) {
    rules.notEmpty(body.name, 'Name')
    // The original answers with the text for claim sets here.
    rules.must(!nameIsTaken(tenant, body.name), 'Name', messages.claimSetExists)
  }
  checkInstanceType(rules, body.instanceType)
  checkConnectionString(rules, call, body.connectionString)
  rules.guard()
  const encrypted = body.connectionString
    ? encryptConnectionString(body.connectionString, settings.encryptionKey)
    : null
  await beforeWriting(call)
  const row = getOdsInstance(tenant, id)
  const name = body.name ?? ''
  checkConstraints(call, tenant, id, { name, instanceType: body.instanceType })
  Object.assign(row, { name, instanceType: body.instanceType })
  if (encrypted !== null) row.connectionString = encrypted
  return ok()
}

function removeInstance(call: Call): Reply {
  const tenant = call.tenant()
  const { id } = getOdsInstance(tenant, parseInt32(call.params.id ?? ''))
  const ofThis = (row: { odsInstanceId: number }): boolean => row.odsInstanceId === id
  const users = {
    Applications: tenant.apiClients.rows.some((client) => client.odsInstanceIds.includes(id)),
    OdsInstanceContexts: tenant.odsInstanceContexts.rows.some(ofThis),
    OdsInstanceDerivatives: tenant.odsInstanceDerivatives.rows.some(ofThis),
  }
  const blocking = Object.entries(users).filter(([, used]) => used)
  if (blocking.length > 0) {
    const text = (table: string): string =>
      `There are some ${table} associated to this OdsInstance. Can not be deleted.`
    throw validationFailed({ Id: blocking.map(([table]) => text(table)) })
  }
  remove(tenant.odsInstances, (row) => row.id === id)
  return deleted('Ods Instance')
}

function listApplications(call: Call): Reply {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  if (byId(tenant.odsInstances, id) === undefined) throw notFound('odsinstance', id)
  const used = new Set(
    tenant.apiClients.rows.filter((row) => row.odsInstanceIds.includes(id)).map((row) => row.applicationId),
  )
  const applications = tenant.applications.rows.filter((row) => used.has(row.id))
  return ok(applications.map((row) => presentApplication(tenant, row)))
}

/** Names are compared in the API's memory, hence exactly, on both engines. */
function nameIsTaken(tenant: TenantState, name: string | null): boolean {
  return tenant.odsInstances.rows.some((row) => row.name === name)
}

function checkInstanceType(rules: Rules, instanceType: string | null): void {
  rules.maximumLength(instanceType, 100, 'InstanceType')
}

function checkConnectionString(rules: Rules, call: Call, connectionString: string | null): void {
  if (!connectionString) return
  const valid = isValidConnectionString(call.settings.engine, connectionString)
  rules.must(valid, 'ConnectionString', messages.connectionString)
}

/** What the database refuses: names over 100 characters and a second row with the same name and type. */
function checkConstraints(
  { settings: { engine } }: Call,
  tenant: TenantState,
  id: number,
  { name, instanceType }: { name: string; instanceType: string | null },
): void {
  if (name.length > 100) throw unexpected()
  // A unique index of PostgreSQL lets any number of NULLs stand, SQL Server's a single one.
  if (instanceType === null && engine === 'PostgreSql') return
  const same = (row: OdsInstanceRow): boolean =>
    row.id !== id && sameText(engine, row.name, name) && sameText(engine, row.instanceType, instanceType)
  if (tenant.odsInstances.rows.some(same)) throw unexpected()
}
