import {
  isOwnedBy,
  parsePrivateName,
  privateNamePrefix,
  readMarker,
  writeMarker,
  type DatabaseKind,
  type Marker,
  type Ownership,
} from '@edfi-tenants/provisioner'
import { nameCondition, pickNamed, readCatalogue, type CatalogueRow } from './catalogue.js'
import type { Session } from './connect.js'
import { isRefusal } from './errors.js'
import { quoteName, quoteText } from './quote.js'

/** A database with its marker; that one only where it was written for this very database, and could be read. */
export interface FoundDatabase extends CatalogueRow {
  marker: Marker | null
  /** The extended property as it stands there, whoever's; null where there is none or it cannot be read. */
  markerText: string | null
  /** The users that were shut out when it was retired. */
  retiredFrom: string[]
}

/** The extended property of a database that holds its marker. */
export const markerProperty = 'edfi-tenants'

const condition = `class = 0 and name = ${quoteText(markerProperty)}`

/**
 * Runs statements inside a database; whatever happens, the session is in `master` afterwards. `run` is given the session
 * to run them on: another one where a session cannot change its database.
 */
export async function inside<Result>(
  session: Session,
  database: string,
  text: string,
  run: (text: string, session: Session) => Promise<Result>,
): Promise<Result> {
  if (session.elsewhere) return session.elsewhere(database, (there) => run(text, there))
  try {
    return await run(`use ${quoteName(database)};\n${text};\nuse [master]`, session)
  } catch (error) {
    await session.finish('use [master]').catch(() => undefined)
    throw error
  }
}

/** The marker's text; null where there is none, or the database lets us not in. */
async function readText(session: Session, row: CatalogueRow): Promise<string | null> {
  if (row.state !== 'online') return null
  const text = `select convert(nvarchar(4000), value) as marker from sys.extended_properties where ${condition}`
  try {
    const [found] = await inside(session, row.name, text, (all, there) => there.query<{ marker: string | null }>(all))
    return found?.marker ?? null
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

/** A database together with its marker. */
export async function readMarkerOf<Each extends CatalogueRow>(
  session: Session,
  row: Each,
): Promise<Each & FoundDatabase> {
  const markerText = await readText(session, row)
  const marker = readMarker(markerText)
  const isOwn = marker?.identity === row.identity
  return { ...row, marker: isOwn ? marker : null, markerText, retiredFrom: isOwn ? retiredFrom(markerText) : [] }
}

/** Stands in the property besides the marker. */
function retiredFrom(text: string | null): string[] {
  const { retiredFrom: users } = JSON.parse(text ?? '{}') as { retiredFrom?: unknown }
  return Array.isArray(users) ? users.map(String) : []
}

/** The database of a name, or null. */
export async function findDatabase(session: Session, name: string): Promise<FoundDatabase | null> {
  const row = pickNamed(await readCatalogue(session, nameCondition(), { name }), name)
  return row ? readMarkerOf(session, row) : null
}

/** An instance's database and whatever was left unfinished for the same instance by us or an earlier worker. */
export async function findInstance(
  session: Session,
  databaseName: string,
  owner: Ownership,
): Promise<{ finished: FoundDatabase | null; leftovers: FoundDatabase[] }> {
  const prefix = privateNamePrefix(owner.instanceId)
  const rows = await readCatalogue(session, `${nameCondition()} or left(lower(name), len(@prefix)) = @prefix`, {
    name: databaseName,
    prefix,
  })
  const named = pickNamed(rows, databaseName)
  const leftovers: FoundDatabase[] = []
  for (const row of rows) {
    const parsed = row === named ? null : parsePrivateName(row.name)
    if (parsed?.instanceId !== owner.instanceId || parsed.epoch > owner.epoch) continue
    const found = await readMarkerOf(session, row)
    // Only we make private names; one without a valid marker was left before it got one, or has its source's.
    if (found.marker === null || isOwnedBy(found.marker, owner)) leftovers.push(found)
  }
  return { finished: named ? await readMarkerOf(session, named) : null, leftovers }
}

/** What a marker is to say besides whose the database is. */
export interface MarkerContent {
  kind?: DatabaseKind
  retiredFrom?: readonly string[]
}

/** Statements that write, or replace, the marker of the database they run in. */
export function markStatement(
  { installationId, instanceId, epoch }: Ownership,
  identity: string,
  { kind = 'instance', retiredFrom: users = [] }: MarkerContent = {},
): string {
  const marker = { installationId, instanceId, epoch, kind, identity }
  const value = writeMarker({ ...marker, ...(users.length === 0 ? {} : { retiredFrom: users }) })
  const given = `@name = ${quoteText(markerProperty)}, @value = ${quoteText(value)}`
  return `if exists (select 1 from sys.extended_properties where ${condition})
  exec sys.sp_updateextendedproperty ${given}
else
  exec sys.sp_addextendedproperty ${given}`
}

/** Throws unless the marker of the database it runs in is still what was read: a text, or none. */
export const unlessMarkedStatement = (markerText: string | null): string =>
  `if isnull((select convert(nvarchar(4000), value) from sys.extended_properties where ${condition}), N'')
    <> ${quoteText(markerText ?? '')}
begin;
  throw ${changedMarkerNumber}, N'The marker has changed.', 1;
end`

/** Statements that take the marker off the database they run in. */
export const unmarkStatement = `exec sys.sp_dropextendedproperty @name = ${quoteText(markerProperty)}`

/** The number that {@link unlessMarkedStatement} throws. */
export const changedMarkerNumber = 50_911
