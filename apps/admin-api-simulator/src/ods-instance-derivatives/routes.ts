import { isValidConnectionString } from '../connection-strings/validity.js'
import { messages, notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { beforeWriting, created, ok, type Call, type Reply, type Route } from '../http/route.js'
import { page, type Columns } from '../listing/list-query.js'
import { getOdsInstance } from '../ods-instances/ods-instance.js'
import { byId, insert, remove } from '../store/table.js'
import type { OdsInstanceDerivativeRow, TenantState } from '../store/tenant-state.js'
import { isEmpty, Rules } from '../validation/rules.js'
import { presentDerivative } from './ods-instance-derivative.js'

const fields = { odsInstanceId: 'int', derivativeType: 'string', connectionString: 'string' } as const
type DerivativeBody = BodyOf<typeof fields>

const columns: Columns<OdsInstanceDerivativeRow> = {
  DerivativeType: (row) => row.derivativeType,
  OdsInstanceId: (row) => row.odsInstanceId,
  Id: (row) => row.id,
}

const typeNotAllowed =
  "The value for the Derivative type is not allowed. The only accepted values are: 'ReadReplica' or 'Snapshot'."

/** `/v2/odsInstanceDerivatives`: read replicas and snapshots of an instance. */
export const odsInstanceDerivativeRoutes: Route[] = [
  { method: 'GET', path: '/v2/odsInstanceDerivatives', handler: list },
  { method: 'GET', path: '/v2/odsInstanceDerivatives/{id}', handler: (call) => ok(presentDerivative(get(call))) },
  { method: 'POST', path: '/v2/odsInstanceDerivatives', handler: add },
  { method: 'PUT', path: '/v2/odsInstanceDerivatives/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/odsInstanceDerivatives/{id}', handler: removeDerivative },
]

function list(call: Call): Reply {
  return ok(page(call, call.tenant().odsInstanceDerivatives.rows, columns).map(presentDerivative))
}

async function add(call: Call): Promise<Reply> {
  const tenant = call.tenant()
  const body = readBody(call, fields)
  validate(call, body, 0)
  await beforeWriting(call)
  getOdsInstance(tenant, body.odsInstanceId)
  const { id } = insert(tenant.odsInstanceDerivatives, toRow(body), () => checkConstraints(tenant, body, 0))
  return created(`/odsInstanceDerivatives/${id}`)
}

async function edit(call: Call): Promise<Reply> {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const given = readBody(call, fields)
  const stored = byId(tenant.odsInstanceDerivatives, id)?.connectionString ?? null
  const body = isEmpty(given.connectionString) ? { ...given, connectionString: stored } : given
  validate(call, body, id)
  await beforeWriting(call)
  getOdsInstance(tenant, body.odsInstanceId)
  const row = get(call)
  checkConstraints(tenant, body, id)
  Object.assign(row, toRow(body))
  return ok()
}

function removeDerivative(call: Call): Reply {
  const { id } = get(call)
  remove(call.tenant().odsInstanceDerivatives, (row) => row.id === id)
  return ok()
}

function get(call: Call): OdsInstanceDerivativeRow {
  const id = parseInt32(call.params.id ?? '')
  const found = byId(call.tenant().odsInstanceDerivatives, id)
  if (found === undefined) throw notFound('odsInstanceDerivative', id)
  return found
}

function validate(call: Call, body: DerivativeBody, id: number): void {
  const { engine } = call.settings
  const tenant = call.tenant()
  const rules = new Rules()
  rules.notEmpty(body.derivativeType, 'DerivativeType')
  if (body.derivativeType) {
    rules.must(/^(readreplica|snapshot)$/i.test(body.derivativeType), 'DerivativeType', typeNotAllowed)
  }
  rules.must(body.odsInstanceId !== 0, 'OdsInstanceId', messages.odsInstanceId)
  if (body.odsInstanceId !== 0) getOdsInstance(tenant, body.odsInstanceId)
  if (id === 0) rules.notEmpty(body.connectionString, 'ConnectionString')
  if (body.connectionString) {
    const valid = isValidConnectionString(engine, body.connectionString)
    rules.must(valid, 'ConnectionString', messages.connectionString)
  }
  const text = 'The combined key ODS instance id and derivative type must be unique.'
  rules.must(!keyIsTaken(tenant, body, id), '', text)
  rules.guard()
}

function keyIsTaken(tenant: TenantState, body: DerivativeBody, id: number): boolean {
  const type = body.derivativeType?.toLowerCase()
  return tenant.odsInstanceDerivatives.rows.some(
    (row) => row.id !== id && row.odsInstanceId === body.odsInstanceId && row.derivativeType.toLowerCase() === type,
  )
}

function checkConstraints(tenant: TenantState, body: DerivativeBody, id: number): void {
  if (keyIsTaken(tenant, body, id)) throw unexpected()
}

function toRow(body: DerivativeBody): Omit<OdsInstanceDerivativeRow, 'id'> {
  const { odsInstanceId, derivativeType, connectionString } = body
  return { odsInstanceId, derivativeType: derivativeType ?? '', connectionString: connectionString ?? '' }
}
