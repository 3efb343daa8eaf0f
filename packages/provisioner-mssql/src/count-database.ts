import type { CountDatabase, DatabaseCounts, Operation, Server } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { activeEnrolments, countedTables } from './counted-tables.js'
import { isRefusal, isTimeout } from './errors.js'
import { findTables, readVersions, type FoundTable } from './ods-catalogue.js'
import { assertName, quoteName, quoteText } from './quote.js'
import { onRegistered } from './registered-session.js'
import { runChecks } from './run-checks.js'

/**
 * What there is, then everything about it in one statement, with the login of ODS/API. Counts that take longer than
 * they may are replaced by the row counts that SQL Server keeps by itself.
 */
export const countDatabase = async (
  server: Server,
  { checks = [], ...request }: CountDatabase,
  operation: Operation,
): Promise<DatabaseCounts> => {
  assertName(request.databaseName)
  const start = performance.now()
  return onRegistered(server, request, operation, async (session) => {
    const tables = (await findTables(session, Object.values(countedTables).flat())).filter(({ readable }) => readable)
    const latencyMs = Math.round(performance.now() - start)
    const versions = await readVersions(session)
    const counted = await readCounts(session, tables)
    const newestChangeAt = await readNewestChange(session, tables)
    return { latencyMs, ...versions, ...counted, newestChangeAt, checks: await runChecks(session, checks) }
  })
}

type Counted = Pick<DatabaseCounts, 'counts' | 'countsMode'>

const tableOf = (tables: readonly FoundTable[], names: readonly string[]): FoundTable | undefined =>
  names
    .map((name) => tables.find((table) => table.name.toLowerCase() === name.toLowerCase()))
    .find((table) => table !== undefined)

async function readCounts(session: Session, tables: readonly FoundTable[]): Promise<Counted> {
  const columns = countColumns(tables)
  if (columns.length === 0) return { counts: present(() => null), countsMode: 'exact' }
  try {
    const [row = {}] = await session.query<Record<string, string | null>>(`select ${columns.join(',\n  ')}`)
    return { counts: present((key) => numberOf(row[key])), countsMode: 'exact' }
  } catch (error) {
    if (!isTimeout(error)) throw error
    const estimates = await readEstimates(session, tables)
    const estimateOf = (key: string) => estimates.get(tableOf(tables, countedTables[key] ?? [])?.name ?? '') ?? null
    return { counts: present(estimateOf), countsMode: 'estimated' }
  }
}

function countColumns(tables: readonly FoundTable[]): string[] {
  const counts = Object.entries(countedTables).flatMap(([key, names]) => {
    const table = tableOf(tables, names)
    return table ? [`(select count_big(*) from edfi.${quoteName(table.name)}) as [${key}]`] : []
  })
  const enrolments = tableOf(tables, [activeEnrolments.table])
  if (!enrolments?.hasExitDate) return counts
  return [
    ...counts,
    `(select count_big(*) from edfi.${quoteName(enrolments.name)}
    where ExitWithdrawDate is null or ExitWithdrawDate > convert(date, sysutcdatetime())) as [${activeEnrolments.key}]`,
  ]
}

const numberOf = (value: string | number | null | undefined): number | null => (value == null ? null : Number(value))

const present = (count: (key: string) => number | null): Record<string, number | null> =>
  Object.fromEntries([...Object.keys(countedTables), activeEnrolments.key].map((key) => [key, count(key)]))

/** The first view takes VIEW DATABASE STATE, the second nothing; an index of the heap or the clustered one counts rows. */
const estimateViews = [
  ['sys.dm_db_partition_stats', 'row_count'],
  ['sys.partitions', 'rows'],
] as const

async function readEstimates(session: Session, tables: readonly FoundTable[]): Promise<Map<string, number>> {
  const names = tables.map(({ name }) => quoteText(name)).join(', ')
  for (const [view, column] of estimateViews)
    try {
      const rows = await session.query<{ name: string; estimate: string | number }>(
        `select t.name, sum(convert(bigint, p.${column})) as estimate from ${view} p join sys.tables t on t.object_id = p.object_id
where p.index_id < 2 and t.schema_id = schema_id(N'edfi') and t.name in (${names}) group by t.name`,
      )
      return new Map(rows.map(({ name, estimate }) => [name, Number(estimate)]))
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  return new Map()
}

/**
 * Every change of a row gives it a new ChangeVersion (change queries), so the highest one, found by its index, is the
 * newest change; looking at the dates of all rows would cost more than counting them.
 */
async function readNewestChange(session: Session, tables: readonly FoundTable[]): Promise<string | null> {
  const changes = tables
    .filter(({ hasChanges }) => hasChanges)
    .map(
      ({ name }) =>
        `select (select top 1 LastModifiedDate from edfi.${quoteName(name)} order by ChangeVersion desc) as changed`,
    )
  if (changes.length === 0) return null
  try {
    const [row] = await session.query<{ newest: string | null }>(
      `select convert(nvarchar(33), max(c.changed), 126) as newest from (\n${changes.join('\nunion all\n')}\n) as c`,
    )
    return row?.newest ? isoTime(row.newest) : null
  } catch (error) {
    if (isRefusal(error) || isTimeout(error)) return null
    throw error
  }
}

/** Style 126 gives up to seven digits of a second's fraction and leaves them out when they are zero. */
function isoTime(text: string): string | null {
  const time = new Date(`${text.slice(0, 23)}Z`)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
