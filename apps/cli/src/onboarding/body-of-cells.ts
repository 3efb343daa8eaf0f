import type { ApplicationRequest } from '@edfi-tenants/api-client'
import type { Column } from './columns.js'

/** How a vendor is made that Admin API does not have yet; a file names only its company. */
export interface CellDefaults {
  /** Default: `uri://` and the company in lower case with hyphens. */
  vendorNamespacePrefixes?: readonly string[]
  /** Default: the company. */
  vendorContactName?: string
  /** Default: an address that reaches nobody. */
  vendorContactEmail?: string
}

type Fault = { where: string; detail: string }

/** The body of `POST /v1/instances` that a row of cells stands for; empty cells count as absent. */
export function bodyOfCells(
  cells: ReadonlyMap<string, string>,
  defaults: CellDefaults,
): { body: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = []
  const cell = (column: Column): string | undefined => {
    const value = cells.get(column)
    return value === '' ? undefined : value
  }
  const need = (column: Column, detail: string): void => void faults.push({ where: column, detail })
  const id = (column: Column): number | undefined => {
    const text = cell(column)
    if (text === undefined) return undefined
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= 1 && Number.isSafeInteger(number)) return number
    need(column, 'must be a whole number from 1')
    return undefined
  }

  for (const column of ['tenant', 'name'] as const) if (cell(column) === undefined) need(column, 'is required')
  const agency = { id: id('localEducationAgencyId'), name: cell('localEducationAgencyName') }
  const vendor = cell('vendor')
  const claimSetName = cell('claimSetName')
  const applicationId = id('applicationId')
  const hasAgencyId = cell('localEducationAgencyId') !== undefined
  if (agency.name !== undefined && !hasAgencyId)
    need('localEducationAgencyId', 'is required beside localEducationAgencyName')
  if (hasAgencyId && agency.name === undefined && vendor === undefined)
    need(
      'localEducationAgencyName',
      'is required beside localEducationAgencyId, unless there are vendor and claimSetName',
    )
  if (vendor !== undefined && claimSetName === undefined) need('claimSetName', 'is required beside vendor')
  if (vendor === undefined && claimSetName !== undefined) need('vendor', 'is required beside claimSetName')
  if (vendor !== undefined && !hasAgencyId)
    need('localEducationAgencyId', 'is required beside vendor: it is what the vendor’s credentials are for')

  const applications: ApplicationRequest[] = []
  if (applicationId !== undefined) applications.push({ applicationId })
  if (vendor !== undefined && claimSetName !== undefined && agency.id !== undefined)
    applications.push({
      applicationName: shortened(`${vendor} ${cell('name') ?? ''}`.trim()),
      vendor: vendorOf(vendor, defaults),
      claimSetName,
      educationOrganizationIds: [agency.id],
    })
  const contexts = mapOf(cells, 'context.')
  const labels = mapOf(cells, 'label.')
  const given = {
    tenant: cell('tenant'),
    name: cell('name'),
    displayName: cell('displayName'),
    instanceType: cell('instanceType'),
    server: cell('server'),
    template: cell('template'),
    databaseName: cell('databaseName'),
    deletionProtection: yesOrNo(cell('deletionProtection'), (detail) => need('deletionProtection', detail)),
    contexts: Object.keys(contexts).length > 0 ? contexts : undefined,
    labels: Object.keys(labels).length > 0 ? labels : undefined,
    seed:
      agency.id !== undefined && agency.name !== undefined
        ? [{ bundle: 'education-organizations', parameters: { localEducationAgency: agency } }]
        : undefined,
    applications: applications.length > 0 ? applications : undefined,
  }
  const body = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { body, faults }
}

/** Spreadsheets write TRUE and FALSE. */
function yesOrNo(text: string | undefined, refuse: (detail: string) => void): boolean | undefined {
  if (text === undefined) return undefined
  const value = text.toLowerCase()
  if (value !== 'true' && value !== 'false') refuse('must be true or false')
  return value === 'true'
}

const mapOf = (cells: ReadonlyMap<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...cells].flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== '' ? [[name.slice(prefix.length), value]] : [],
    ),
  )

/** Admin API’s column for an application’s name holds 50 characters. */
const shortened = (name: string): string => name.slice(0, 50).trim()

function vendorOf(company: string, defaults: CellDefaults) {
  const slug = company
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return {
    company,
    namespacePrefixes: [...(defaults.vendorNamespacePrefixes ?? [`uri://${slug || 'vendor'}`])],
    contactName: defaults.vendorContactName ?? company,
    // https://www.rfc-editor.org/rfc/rfc2606: a domain that will never exist.
    contactEmailAddress: defaults.vendorContactEmail ?? `unknown@${(slug || 'vendor').slice(0, 60)}.invalid`,
  }
}
