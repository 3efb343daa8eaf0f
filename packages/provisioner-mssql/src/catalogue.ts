import type { Session } from './connect.js'
import { isRefusal } from './errors.js'

/** A database as `sys.databases` has it. */
export interface CatalogueRow {
  name: string
  identity: string
  /** `offline`: taken off by somebody; `other`: restoring, recovering, suspect, … */
  state: 'online' | 'offline' | 'other'
  /** Who may come in: everybody, one session, or the privileged only. */
  access: 'multi' | 'single' | 'restricted'
  /** Whether upper and lower case differ in names, for this server. */
  caseSensitive: boolean
}

interface Row {
  name: string
  database_id: number
  created: string
  broker?: string | null
  state_desc?: string | null
  user_access_desc?: string | null
  collation?: string | null
}

/**
 * What identifies a database is its id together with its broker's GUID: both stay when it is renamed, stopped or its
 * files are moved, and every copy of ours gets a GUID of its own. `create_date` stands in where there is no GUID; a
 * rename may change it. https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-databases-transact-sql
 */
const columns = `name, database_id, convert(nvarchar(33), create_date, 126) as created,
  convert(nvarchar(36), service_broker_guid) as broker, state_desc, user_access_desc,
  convert(nvarchar(128), serverproperty(N'Collation')) as collation`

/**
 * For servers that are like SQL Server but lack some of it, in this order: without more than has to be, since without the
 * GUID a database that is renamed may be taken for another one.
 */
const fewerColumns = [
  `name, database_id, convert(nvarchar(33), create_date, 126) as created,
  convert(nvarchar(36), service_broker_guid) as broker, state_desc, user_access_desc`,
  'name, database_id, convert(nvarchar(33), create_date, 126) as created, state_desc, user_access_desc',
  'name, database_id, convert(nvarchar(33), create_date, 126) as created',
]

const noGuid = /^[0-]*$/

/** The rows of `sys.databases` that a condition on `name` with these parameters selects, in the order of names. */
export async function readCatalogue(
  session: Session,
  condition: string,
  parameters: Record<string, string> = {},
): Promise<CatalogueRow[]> {
  const ask = (wanted: string) =>
    session.query<Row>(`select ${wanted}\nfrom sys.databases where ${condition} order by name`, parameters)
  let refusal: unknown
  for (const wanted of [columns, ...fewerColumns])
    try {
      return (await ask(wanted)).map(present)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusal = error
    }
  throw refusal as Error
}

/** Looks by `@name` in either case; {@link pickNamed} then takes the right one. */
export const nameCondition = (parameter = '@name'): string => `lower(name) = lower(${parameter})`

const present = (row: Row): CatalogueRow => ({
  name: row.name,
  identity: `${row.database_id}.${noGuid.test(row.broker ?? '') ? row.created : (row.broker ?? '').toLowerCase()}`,
  state: stateOf(row.state_desc?.toUpperCase() ?? 'ONLINE'),
  access: accessOf(row.user_access_desc?.toUpperCase() ?? ''),
  caseSensitive: /_(?:CS|BIN)/i.test(row.collation ?? ''),
})

const stateOf = (word: string): CatalogueRow['state'] =>
  word === 'ONLINE' ? 'online' : word === 'OFFLINE' ? 'offline' : 'other'

const accessOf = (word: string): CatalogueRow['access'] =>
  word === 'SINGLE_USER' ? 'single' : word === 'RESTRICTED_USER' ? 'restricted' : 'multi'

/** The row of a name: the one that is spelt so, else one that differs in case where the server sees no difference. */
export function pickNamed<Each extends CatalogueRow>(rows: readonly Each[], name: string): Each | undefined {
  const exact = rows.find((row) => row.name.trimEnd() === name.trimEnd())
  return exact ?? rows.find((row) => !row.caseSensitive && sameLetters(row.name, name))
}

const sameLetters = (one: string, other: string): boolean =>
  one.trimEnd().toLowerCase() === other.trimEnd().toLowerCase()
