import { listVendorApplications } from '../applications/routes.js'
import { removeApplication } from '../applications/application.js'
import { notFound, unexpected } from '../http/errors.js'
import { parseInt32 } from '../http/query-values.js'
import { readBody, type BodyOf } from '../http/request-body.js'
import { created, deleted, ok, type Call, type Reply, type Route } from '../http/route.js'
import { matches, page, sameText, type Columns } from '../listing/list-query.js'
import { byId, insert, remove } from '../store/table.js'
import type { VendorRow } from '../store/tenant-state.js'
import { isEmailAddress, Rules } from '../validation/rules.js'

const fields = {
  company: 'string',
  namespacePrefixes: 'string',
  contactName: 'string',
  contactEmailAddress: 'string',
} as const
type VendorBody = BodyOf<typeof fields>

const reservedName = 'EdFi'

const columns: Columns<VendorRow> = {
  Company: (row) => row.company,
  ContactName: (row) => row.contactName,
  ContactEmailAddress: (row) => row.contactEmailAddress,
  NamespacePrefixes: (row) => [...row.namespacePrefixes].sort()[0] ?? null,
  Id: (row) => row.id,
}

/** `/v2/vendors`: the companies that own applications. */
export const vendorRoutes: Route[] = [
  { method: 'GET', path: '/v2/vendors', handler: list },
  { method: 'GET', path: '/v2/vendors/{id}', handler: (call) => ok(present(getVendor(call))) },
  { method: 'POST', path: '/v2/vendors', handler: add },
  { method: 'PUT', path: '/v2/vendors/{id}', handler: edit },
  { method: 'DELETE', path: '/v2/vendors/{id}', handler: removeVendor },
  { method: 'GET', path: '/v2/vendors/{id}/applications', handler: listVendorApplications },
]

function list(call: Call): Reply {
  const { query } = call
  const { engine } = call.settings
  const id = query.int('id')
  const prefix = query.text('namespacePrefixes')
  const rows = call
    .tenant()
    .vendors.rows.filter(
      (row) =>
        (id === null || id < 1 || row.id === id) &&
        matches(engine, query.text('company'), row.company) &&
        (prefix === null || row.namespacePrefixes.some((candidate) => sameText(engine, candidate, prefix))) &&
        matches(engine, query.text('contactName'), row.contactName) &&
        matches(engine, query.text('contactEmailAddress'), row.contactEmailAddress),
    )
  return ok(page(call, rows, columns).map(present))
}

function add(call: Call): Reply {
  const body = readBody(call, fields)
  const prefixes = splitPrefixes(body.namespacePrefixes)
  const rules = new Rules()
  checkCommon(rules, body)
  const tooLong = prefixes.some((prefix) => prefix.length > 255)
  rules.must(!tooLong, 'NamespacePrefixes', `'${body.namespacePrefixes ?? ''}' exceeds maximum length`)
  rules.guard()
  const row = toRow(body, prefixes)
  row.company = row.company.trim()
  row.contactName = row.contactName.trim()
  row.contactEmailAddress = row.contactEmailAddress.trim()
  const { id } = insert(call.tenant().vendors, row, () => checkConstraints(row))
  return created(`/vendors/${id}`)
}

function edit(call: Call): Reply {
  const body = readBody(call, fields)
  const rules = new Rules()
  rules.must(parseInt32(call.params.id ?? '') > 0, 'Id', 'Please provide valid Vendor Id.')
  checkCommon(rules, body)
  rules.guard()
  const vendor = getVendor(call)
  const row = toRow(body, splitPrefixes(body.namespacePrefixes))
  checkConstraints(row)
  Object.assign(vendor, row)
  return ok()
}

function removeVendor(call: Call): Reply {
  const tenant = call.tenant()
  const { id } = getVendor(call)
  for (const application of tenant.applications.rows.filter((row) => row.vendorId === id)) {
    removeApplication(tenant, application.id)
  }
  remove(tenant.vendors, (row) => row.id === id)
  return deleted('Vendor')
}

function getVendor(call: Call): VendorRow {
  const id = parseInt32(call.params.id ?? '')
  const found = byId(call.tenant().vendors, id)
  if (found === undefined) throw notFound('vendor', id)
  return found
}

function present(row: VendorRow): object {
  return {
    id: row.id,
    company: row.company,
    namespacePrefixes: [...row.namespacePrefixes].sort().join(','),
    contactName: row.contactName,
    contactEmailAddress: row.contactEmailAddress,
  }
}

function checkCommon(rules: Rules, body: VendorBody): void {
  rules.notEmpty(body.company, 'Company')
  const reserved = `'${body.company ?? ''}' is a reserved name and may not be used. Please choose another name.`
  rules.must(body.company?.trim() !== reservedName, 'Company', reserved)
  rules.notEmpty(body.contactName, 'ContactName')
  rules.notEmpty(body.contactEmailAddress, 'ContactEmailAddress')
  const notAnAddress = "'Contact Email Address' is not a valid email address."
  rules.must(isEmailAddress(body.contactEmailAddress), 'ContactEmailAddress', notAnAddress)
}

function splitPrefixes(text: string | null): string[] {
  const prefixes = (text ?? '').split(',').map((prefix) => prefix.trim())
  return prefixes.filter((prefix) => prefix !== '')
}

/** What the database refuses: a company over 150 characters, a prefix over 255. */
function checkConstraints(row: Omit<VendorRow, 'id'>): void {
  if (row.company.length > 150 || row.namespacePrefixes.some((prefix) => prefix.length > 255)) throw unexpected()
}

function toRow(body: VendorBody, namespacePrefixes: string[]): Omit<VendorRow, 'id'> {
  const { company, contactName, contactEmailAddress } = body
  return {
    company: company ?? '',
    namespacePrefixes,
    contactName: contactName ?? '',
    contactEmailAddress: contactEmailAddress ?? '',
  }
}
