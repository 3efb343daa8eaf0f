import type { Session } from './connect.js'
import { isRefusal } from './errors.js'
import { quoteText } from './quote.js'

/** A table of schema `edfi` that is there, spelt as the server spells it. */
export interface FoundTable {
  name: string
  readable: boolean
  /** Whether an index leads to its newest change: `LastModifiedDate` by `ChangeVersion`. */
  hasChanges: boolean
  hasExitDate: boolean
}

const listOf = (names: readonly string[]): string => names.map((name) => quoteText(name.toLowerCase())).join(', ')

const fromTables = (
  names: readonly string[],
): string => `from sys.tables t join sys.schemas s on s.schema_id = t.schema_id
where lower(s.name) = N'edfi' and lower(t.name) in (${listOf(names)})`

const columnIs = (column: string): string =>
  `exists (select 1 from sys.columns c where c.object_id = t.object_id and lower(c.name) = N'${column}')`

/** Which of these tables there are. */
export async function findTables(session: Session, names: readonly string[]): Promise<FoundTable[]> {
  interface Row {
    name: string
    readable?: number | boolean | null
    changes?: boolean
    exits?: boolean
  }
  const ask = (columns: string) => session.query<Row>(`select t.name${columns}\n${fromTables(names)}`)
  let rows: Row[]
  try {
    rows = await ask(`, has_perms_by_name(N'edfi.' + quotename(t.name), N'OBJECT', N'SELECT') as readable,
  convert(bit, case when ${columnIs('lastmodifieddate')} and exists (
    select 1 from sys.index_columns i join sys.columns v on v.object_id = i.object_id and v.column_id = i.column_id
    where i.object_id = t.object_id and i.key_ordinal = 1 and lower(v.name) = N'changeversion'
  ) then 1 else 0 end) as changes,
  convert(bit, case when ${columnIs('exitwithdrawdate')} then 1 else 0 end) as exits`)
  } catch (error) {
    if (!isRefusal(error)) throw error
    rows = await ask('')
  }
  return rows.map(({ name, readable, changes, exits }) => ({
    name,
    readable: readable !== 0 && readable !== false,
    hasChanges: changes ?? false,
    hasExitDate: exits ?? false,
  }))
}

/** What the ODS says of itself; null where it has no such function, or the login may not ask. */
export async function readVersions(
  session: Session,
): Promise<{ odsVersion: string | null; dataStandard: string | null }> {
  const read = async (name: string): Promise<string | null> => {
    try {
      const [row] = await session.query<{ version: string | null }>(
        `if object_id(N'util.${name}') is not null select convert(nvarchar(50), util.${name}()) as version`,
      )
      return row?.version?.trim() ?? null
    } catch (error) {
      if (isRefusal(error)) return null
      throw error
    }
  }
  return { odsVersion: await read('GetEdFiOdsVersion'), dataStandard: await read('GetEdFiStandardVersion') }
}
