import { defaultDatabaseName, type FieldFault } from '@edfi-tenants/core'
import type { HeldCredential, RolloverSource } from '@edfi-tenants/store'
import { areAlike } from '../applications/assert-unambiguous.js'
import type { AskedApplication } from '../applications/asked-application.js'
import type { BatchItemOf } from '../requests/batches/batch-request.js'
import type { AskedSeed } from '../seeds/seed.js'
import { isYearKey, renameYear, renameYearValues, schoolYearsIn, type YearChange } from './school-year.js'

/** How the instances of the next school year are made and called. */
export interface RolloverOrder extends YearChange {
  /** `template`: empty of last year's data; `clone`: with it. */
  method: 'template' | 'clone'
  /** Default: the one that the instance was made from. */
  template?: string | undefined
  /** Patterns instead of the renamed names; see {@link fill}. */
  naming?:
    { name?: string | undefined; displayName?: string | undefined; databaseName?: string | undefined } | undefined
  /** Default: the instance's own. */
  server?: string | undefined
  seed?: readonly AskedSeed[] | undefined
  /** Whether last year's credentials serve the new instances too. */
  attachCredentials?: boolean | undefined
  deletionProtection?: boolean | undefined
}

/** An instance and the one of the next school year, as it is going to be asked for. */
export interface Succession {
  source: RolloverSource
  item: BatchItemOf['instance.create'] | BatchItemOf['instance.clone']
}

/** What a rollover comes to. */
export interface RolloverItems {
  successions: Succession[]
  /** Pointing into the items, `/items/3/name`. */
  faults: FieldFault[]
  /** Instances of other school years. */
  otherYears: number
  /** Instances that say no school year in their names, contexts and labels. */
  unmatched: Pick<RolloverSource, 'id' | 'tenant' | 'name'>[]
}

/** What the instances of one school year become in another one. Pure: nothing is looked up. */
export function rolloverItems(sources: readonly RolloverSource[], order: RolloverOrder): RolloverItems {
  const items: RolloverItems = { successions: [], faults: [], otherYears: 0, unmatched: [] }
  for (const source of sources) {
    const years = schoolYearsOf(source)
    if (years.length === 0) items.unmatched.push({ id: source.id, tenant: source.tenant, name: source.name })
    else if (!years.includes(order.fromYear)) items.otherYears++
    else {
      const faults: FieldFault[] = []
      const item = successorOf(source, order, (field, detail, more = {}) =>
        faults.push({ pointer: `/items/${items.successions.length}/${field}`, detail, ...more }),
      )
      items.successions.push({ source, item })
      items.faults.push(...faults)
    }
  }
  return items
}

/** The school years of an instance: what contexts and labels of that purpose say, otherwise what stands in its names. */
function schoolYearsOf({ name, displayName, contexts, labels }: RolloverSource): number[] {
  const said = [...Object.entries(contexts), ...Object.entries(labels)]
    .filter(([key]) => isYearKey(key))
    .flatMap(([, value]) => schoolYearsIn(value))
  if (said.length > 0) return said
  return [name, displayName ?? '', ...Object.values(contexts).filter((value) => !/^\d+$/.test(value))].flatMap(
    schoolYearsIn,
  )
}

type Note = (field: string, detail: string, more?: Pick<FieldFault, 'code'>) => void

function successorOf(source: RolloverSource, order: RolloverOrder, note: Note): Succession['item'] {
  const { method, naming = {}, seed, attachCredentials = false, deletionProtection } = order
  const contexts = renameYearValues(source.contexts, order)
  const labels = renameYearValues(source.labels, order)
  const renamed = renameYear(source.name, order)
  const known = { ...order, tenant: source.tenant, name: renamed, contexts, labels }
  const filled = (field: 'name' | 'displayName' | 'databaseName'): string | undefined => {
    const pattern = naming[field]
    return pattern === undefined ? undefined : fill(pattern, known, (detail) => note(field, detail))
  }
  const name = filled('name') ?? renamed
  if (name === source.name)
    note('name', `"${source.name}" does not say the school year: say what the next one is called with "naming".`)
  const displayName =
    filled('displayName') ?? (source.displayName === null ? undefined : renameYear(source.displayName, order))
  const databaseName = filled('databaseName') ?? databaseNameOf(source, order)
  const applications = attachCredentials ? source.credentials.map(asked) : []
  if (applications.length > 0 && areAlike(source.contexts, contexts))
    note(
      'contexts',
      `the credentials of "${source.name}" could not tell the new instance from it: the contexts of one are among those of the other`,
      { code: 'ambiguous_context' },
    )
  const common = {
    ref: source.id,
    tenant: source.tenant,
    name,
    instanceType: source.instanceType,
    server: order.server ?? source.server,
    contexts,
    labels,
    ...(displayName === undefined ? {} : { displayName }),
    ...(databaseName === undefined ? {} : { databaseName }),
    ...(applications.length > 0 ? { applications } : {}),
    ...(seed === undefined ? {} : { seed }),
    ...(deletionProtection === undefined ? {} : { deletionProtection }),
  }
  return method === 'clone'
    ? { ...common, instanceId: source.id }
    : { ...common, template: order.template ?? source.templateName }
}

/** A name that is as by default stays so; one that has no school year would be that of last year's database. */
function databaseNameOf(source: RolloverSource, order: RolloverOrder): string | undefined {
  const { tenant, name, databaseName, databaseNamePattern } = source
  if (databaseName === defaultDatabaseName(tenant, name, databaseNamePattern ?? undefined)) return undefined
  const renamed = renameYear(databaseName, order)
  return renamed === databaseName ? undefined : renamed
}

const asked = ({ applicationId, apiClientId }: HeldCredential): AskedApplication =>
  apiClientId === null ? { applicationId } : { apiClientId }

interface Known extends YearChange {
  tenant: string
  /** Renamed. */
  name: string
  contexts: Record<string, string>
  labels: Record<string, string>
}

/**
 * Fills a pattern: `{name}` (last year's name with the school year replaced), `{tenant}`, `{fromYear}`, `{toYear}`, and
 * `{context.<key>}` and `{label.<key>}` of the new instance.
 */
function fill(pattern: string, known: Known, fault: (detail: string) => void): string {
  return pattern.replace(/\{([^{}]+)\}/g, (whole: string, word: string) => {
    const [kind, key] = /^(context|label)\.(.+)$/.exec(word)?.slice(1) ?? []
    const value =
      kind === undefined || key === undefined
        ? { name: known.name, tenant: known.tenant, fromYear: String(known.fromYear), toYear: String(known.toYear) }[
            word
          ]
        : known[kind === 'context' ? 'contexts' : 'labels'][key]
    if (value === undefined) fault(`there is nothing for "${whole}"`)
    return value ?? ''
  })
}
