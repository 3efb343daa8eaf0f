import { messages, notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { beforeWriting, created, ok, type Call, type Reply, type Route } from '../http/route.js'
import { page, type Columns } from '../listing/list-query.js'
import { getOdsInstance } from '../ods-instances/ods-instance.js'
import { byId, insert, remove } from '../store/table.js'
import type { OdsInstanceContextRow, TenantState } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import { presentContext } from './ods-instance-context.js'

const fields = { odsInstanceId: 'int', contextKey: 'string', contextValue: 'string' } as const
type ContextBody = BodyOf<typeof fields>

const columns: Columns<OdsInstanceContextRow> = {
  ContextKey: (row) => row.contextKey,
  ContextValue: (row) => row.contextValue,
  Id: (row) => row.id,
}

/** `/v2/odsInstanceContexts`: the route values that select an instance. */
export const odsInstanceContextRoutes: Route[] = [
  { method: 'GET', path: '/v2/odsInstanceContexts', handler: list },
  { method: 'GET', path: '/v2/odsInstanceContexts/{id}', handler: (call) => ok(presentContext(getContext(call))) },
  { method: 'POST', path: '/v2/odsInstanceContexts', handler: add },
  { method: 'PUT', path: '/v2/odsInstanceContexts/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/odsInstanceContexts/{id}', handler: removeContext },
]

function list(call: Call): Reply {
  return ok(page(call, call.tenant().odsInstanceContexts.rows, columns).map(presentContext))
}

async function add(call: Call): Promise<Reply> {
  const tenant = call.tenant()
  const body = readBody(call, fields)
  validate(tenant, body, 0)
  await beforeWriting(call)
  getOdsInstance(tenant, body.odsInstanceId)
  const { id } = insert(tenant.odsInstanceContexts, toRow(body), () => checkConstraints(tenant, body, 0))
  return created(`/odsInstanceContexts/${id}`)
}

async function edit(call: Call): Promise<Reply> {
  const tenant = call.tenant()
  const id = parseInt32(call.params.id ?? '')
  const body = readBody(call, fields)
  validate(tenant, body, id)
  await beforeWriting(call)
  const row = getContext(call)
  getOdsInstance(tenant, body.odsInstanceId)
  checkConstraints(tenant, body, id)
  Object.assign(row, toRow(body))
  return ok()
}

function removeContext(call: Call): Reply {
  const { id } = getContext(call)
  remove(call.tenant().odsInstanceContexts, (row) => row.id === id)
  return ok()
}

function getContext(call: Call): OdsInstanceContextRow {
  const id = parseInt32(call.params.id ?? '')
  const found = byId(call.tenant().odsInstanceContexts, id)
  if (found === undefined) throw notFound('odsInstanceContext', id)
  return found
}

function validate(tenant: TenantState, body: ContextBody, id: number): void {
  const rules = new Rules()
  rules.notEmpty(body.contextKey, 'ContextKey')
  rules.notEmpty(body.contextValue, 'ContextValue')
  rules.must(body.odsInstanceId !== 0, 'OdsInstanceId', messages.odsInstanceId)
  if (body.odsInstanceId !== 0) getOdsInstance(tenant, body.odsInstanceId)
  const text = 'The combined key ODS instance id and context key must be unique.'
  rules.must(!keyIsTaken(tenant, body, id), '', text)
  rules.guard()
}

function keyIsTaken(tenant: TenantState, body: ContextBody, id: number): boolean {
  const key = body.contextKey?.toLowerCase()
  return tenant.odsInstanceContexts.rows.some(
    (row) => row.id !== id && row.odsInstanceId === body.odsInstanceId && row.contextKey.toLowerCase() === key,
  )
}

/** What the database refuses: key or value over 50 characters, and a second row with the same key. */
function checkConstraints(tenant: TenantState, body: ContextBody, id: number): void {
  const tooLong = [body.contextKey, body.contextValue].some((text) => (text?.length ?? 0) > 50)
  if (tooLong || keyIsTaken(tenant, body, id)) throw unexpected()
}

function toRow({ odsInstanceId, contextKey, contextValue }: ContextBody): Omit<OdsInstanceContextRow, 'id'> {
  return { odsInstanceId, contextKey: contextKey ?? '', contextValue: contextValue ?? '' }
}
