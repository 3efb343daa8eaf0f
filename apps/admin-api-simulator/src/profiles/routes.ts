import { notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { created, ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, type Columns } from '../listing/list-query.js'
import { byId, insert, remove } from '../store/table.js'
import type { ProfileRow } from '../store/tenant-state.js'
import { Rules } from '../validation/rules.js'
import { definitionFaults } from './definition.js'

const fields = { name: 'string', definition: 'string' } as const
type ProfileBody = BodyOf<typeof fields>

const columns: Columns<ProfileRow> = { Name: (row) => row.name, Id: (row) => row.id }

/** `/v2/profiles`: named restrictions of what an application sees. */
export const profileRoutes: Route[] = [
  { method: 'GET', path: '/v2/profiles', handler: list },
  { method: 'GET', path: '/v2/profiles/{id}', handler: (call) => ok(getProfile(call)) },
  { method: 'POST', path: '/v2/profiles', handler: add },
  { method: 'PUT', path: '/v2/profiles/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/profiles/{id}', handler: removeProfile },
]

function list(call: Call): Reply {
  const { engine } = call.settings
  const [id, name] = [call.query.int('id'), call.query.text('name')]
  const { rows } = call.tenant().profiles
  const found = rows.filter((row) => matches(engine, id, row.id) && matches(engine, name, row.name))
  return ok(page(call, found, columns).map((row) => ({ id: row.id, name: row.name })))
}

function add(call: Call): Reply {
  const { profiles } = call.tenant()
  const body = readBody(call, fields)
  const rules = new Rules()
  rules.notEmpty(body.name, 'Name')
  const exists = 'A Profile with this name already exists in the database. Please enter a unique name.'
  rules.must(!profiles.rows.some((row) => row.name === body.name), 'Name', exists)
  checkDefinition(rules, body)
  rules.guard()
  const row = { name: body.name ?? '', definition: body.definition ?? '' }
  const { id } = insert(profiles, row, () => checkConstraints(row.name))
  return created(`/profiles/${id}`)
}

function edit(call: Call): Reply {
  const body = readBody(call, fields)
  const rules = new Rules()
  rules.notEmpty(body.name, 'Name')
  if (body.name) {
    const { id } = getProfile(call)
    const exists = 'Another Profile with this name already exists in the database. Please enter a unique name.'
    const taken = call.tenant().profiles.rows.some((row) => row.id !== id && row.name === body.name)
    rules.must(!taken, 'Name', exists)
  }
  checkDefinition(rules, body)
  rules.guard()
  checkConstraints(body.name ?? '')
  Object.assign(getProfile(call), { name: body.name, definition: body.definition })
  return ok()
}

function removeProfile(call: Call): Reply {
  const tenant = call.tenant()
  const { id } = getProfile(call)
  remove(tenant.profiles, (row) => row.id === id)
  for (const application of tenant.applications.rows) {
    application.profileIds = application.profileIds.filter((profileId) => profileId !== id)
  }
  return ok()
}

function getProfile(call: Call): ProfileRow {
  const id = parseInt32(call.params.id ?? '')
  const found = byId(call.tenant().profiles, id)
  if (found === undefined) throw notFound('profile', id)
  return found
}

function checkDefinition(rules: Rules, { name, definition }: ProfileBody): void {
  rules.notEmpty(definition, 'Definition')
  for (const fault of definition ? definitionFaults(name, definition) : []) rules.must(false, 'Definition', fault)
}

/** What the database refuses: a name over 255 characters. */
function checkConstraints(name: string): void {
  if (name.length > 255) throw unexpected()
}
