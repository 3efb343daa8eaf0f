import type { CountDatabase, DatabaseCounts, Operation, Server } from '@edfi-tenants/provisioner'
import { withFleetingSession, type Session } from './connect.js'
import { activeEnrolments, countedTables } from './counted-tables.js'
import { stateOf } from './errors.js'
import { assertName } from './quote.js'
import { runChecks } from './run-checks.js'
import { readSettings } from './settings.js'

/**
 * Two queries where all goes well: what there is, then everything about it. Read-only, with the login of ODS/API. Counts
 * that take longer than they may are replaced by the planner's estimates. The goodbye, which takes as long as a query, is
 * not waited for.
 */
export const countDatabase = async (
  server: Server,
  { databaseName, login, statementTimeoutMs, checks = [] }: CountDatabase,
  operation: Operation,
): Promise<DatabaseCounts> => {
  assertName(databaseName)
  const start = performance.now()
  const target = { settings: readSettings(server), database: databaseName, login, role: 'registered' as const }
  return withFleetingSession({ ...target, readOnly: true, statementTimeoutMs }, operation.signal, async (session) => {
    const found = await session.query<Found>(lookQuery, [Object.values(countedTables).flat()])
    const latencyMs = Math.round(performance.now() - start)
    const facts = await readFacts(session, found, operation.signal)
    return { latencyMs, ...facts, checks: await runChecks(session, checks) }
  })
}

/** A table or function that is there and may be used. */
interface Found {
  name: string
  /** The type of `lastmodifieddate` where an index leads to the newest change. */
  changed_at: 'timestamp' | 'timestamptz' | null
  has_exit_date: boolean
}

/**
 * Looks the few names up instead of searching the catalogue, which holds thousands. Every change of a row gives it a new
 * ChangeVersion (change queries), so the highest one, found by its index, is the newest change; looking at the dates of
 * all rows would cost more than counting them.
 */
const lookQuery = `
  with there as materialized (
    select name, to_regclass('edfi.' || quote_ident(name)) as id from unnest($1::text[]) as wanted (name)
  )
  select name,
    (select t.typname::text from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = id and a.attname = 'lastmodifieddate' and not a.attisdropped
        and t.typname in ('timestamp', 'timestamptz')
        and exists (
          select from pg_index i join pg_attribute v on v.attrelid = i.indrelid and v.attnum = i.indkey[0]
          where i.indrelid = id and i.indisvalid and i.indpred is null and v.attname = 'changeversion'
        )) as changed_at,
    exists (select from pg_attribute a where a.attrelid = id and a.attname = 'exitwithdrawdate') as has_exit_date
  from there where id is not null and has_table_privilege(id, 'SELECT')
  union all
  select split_part(name, '.', 2), null, false
  from unnest(array['util.getedfiodsversion', 'util.getedfistandardversion']) as wanted (name)
  where has_function_privilege(to_regprocedure(name || '()'), 'EXECUTE')`

/** Asked for only when counting has taken too long: it costs as much as looking at the tables. */
const estimateQuery = `
  select wanted.name, case when c.reltuples >= 0 then round(c.reltuples)::bigint::text end as estimate
  from unnest($1::text[]) as wanted (name) join pg_class c on c.oid = to_regclass('edfi.' || quote_ident(wanted.name))`

type Facts = Omit<DatabaseCounts, 'latencyMs' | 'checks'>

/** The answer of {@link exactQuery}: texts, since counts can exceed a number's range for the driver. */
type Row = Record<string, string | null>

async function readFacts(session: Session, found: readonly Found[], signal: AbortSignal): Promise<Facts> {
  const cheap = cheapColumns(found)
  try {
    const row = await readRow(session, [...cheap, ...countColumns(found)])
    return present(row, 'exact', (key) => numberOf(row[key]))
  } catch (error) {
    if (stateOf(error) !== '57014' || signal.aborted) throw error
    const row = await readRow(session, cheap)
    const rows = await session.query<{ name: string; estimate: string | null }>(estimateQuery, [
      found.map(({ name }) => name),
    ])
    const estimates = new Map(rows.map(({ name, estimate }) => [name, estimate]))
    return present(row, 'estimated', (key) => numberOf(estimates.get(tableOf(found, key)?.name ?? '')))
  }
}

async function readRow(session: Session, columns: readonly string[]): Promise<Row> {
  if (columns.length === 0) return {}
  const [row] = await session.query<Row>(`select ${columns.join(', ')}`)
  return row ?? {}
}

const tableOf = (found: readonly Found[], key: string): Found | undefined =>
  countedTables[key]?.map((name) => found.find((table) => table.name === name)).find((table) => table !== undefined)

/** Versions and the newest change; both take no longer in a large ODS than in a small one. */
function cheapColumns(found: readonly Found[]): string[] {
  const versions = [
    ['getedfiodsversion', 'ods_version'],
    ['getedfistandardversion', 'data_standard'],
  ].filter(([name]) => found.some((each) => each.name === name))
  const changes = Object.keys(countedTables)
    .map((key) => tableOf(found, key))
    .filter((table) => table?.changed_at)
    .map(
      (table) =>
        `(select lastmodifieddate${table?.changed_at === 'timestamptz' ? ` at time zone 'UTC'` : ''} ` +
        `from edfi.${table?.name ?? ''} order by changeversion desc limit 1)`,
    )
  return [
    ...versions.map(([name, column]) => `util.${name ?? ''}()::text as ${column ?? ''}`),
    ...(changes.length === 0
      ? []
      : [`to_char(greatest(${changes.join(', ')}), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as newest_change_at`]),
  ]
}

function countColumns(found: readonly Found[]): string[] {
  const counts = Object.keys(countedTables).flatMap((key) => {
    const table = tableOf(found, key)
    return table ? [`(select count(*) from edfi.${table.name})::text as "${key}"`] : []
  })
  const enrolments = found.find(({ name }) => name === activeEnrolments.table)
  if (!enrolments?.has_exit_date) return counts
  return [
    ...counts,
    `(select count(*) from edfi.${enrolments.name} where exitwithdrawdate is null
       or exitwithdrawdate > (now() at time zone 'UTC')::date)::text as "${activeEnrolments.key}"`,
  ]
}

const numberOf = (text: string | null | undefined): number | null => (text == null ? null : Number(text))

function present(row: Row, countsMode: Facts['countsMode'], count: (key: string) => number | null): Facts {
  const keys = [...Object.keys(countedTables), activeEnrolments.key]
  return {
    odsVersion: row['ods_version']?.trim() ?? null,
    dataStandard: row['data_standard']?.trim() ?? null,
    counts: Object.fromEntries(keys.map((key) => [key, count(key)])),
    countsMode,
    newestChangeAt: row['newest_change_at'] ?? null,
  }
}
