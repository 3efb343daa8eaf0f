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
import type { Session } from './connect.js'
import { quoteName, quoteText } from './quote.js'

/** A database as the server's catalog has it; `marker` only where it was written for this very database. */
export interface FoundDatabase {
  name: string
  /** The oid: it stays when a database is renamed, and no copy has the same. */
  identity: string
  marker: Marker | null
  /** Whether something like a marker stands there at all, valid for this database or not. */
  isMarked: boolean
  isTemplate: boolean
  allowsConnections: boolean
  /** The role that owns it; only its members may change it. */
  ownedBy: string
  /** Whether we are one, and who we are. */
  mayChange: boolean
  login: string
  /** Who could connect before it was retired; null while it is not. */
  retiredFrom: ConnectGrant[] | null
  /** The comment that was there before a marker took its place; null: none. */
  replaced: string | null
}

/** One right to connect, of a role or (null) of everybody. */
export interface ConnectGrant {
  grantee: string | null
  grantable: boolean
}

interface Row {
  name: string
  identity: string
  comment: string | null
  is_template: boolean
  allows_connections: boolean
  owned_by: string
  may_change: boolean
  login: string
}

const columns = `d.datname::text as name, d.oid::text as identity, d.datistemplate as is_template,
  d.datallowconn as allows_connections, shobj_description(d.oid, 'pg_database') as comment,
  pg_get_userbyid(d.datdba)::text as owned_by, pg_has_role(d.datdba, 'USAGE') as may_change, current_user::text as login`

const present = (row: Row): FoundDatabase => {
  const marker = readMarker(row.comment)
  const isOwn = marker?.identity === row.identity
  return {
    name: row.name,
    identity: row.identity,
    marker: isOwn ? marker : null,
    isMarked: marker !== null,
    isTemplate: row.is_template,
    allowsConnections: row.allows_connections,
    ownedBy: row.owned_by,
    mayChange: row.may_change,
    login: row.login,
    retiredFrom: isOwn ? retiredFrom(row.comment) : null,
    replaced: isOwn ? replaced(row.comment) : marker === null ? row.comment : null,
  }
}

/** Stands in the comment besides the marker. */
function retiredFrom(comment: string | null): ConnectGrant[] | null {
  const { retiredFrom: grants } = JSON.parse(comment ?? '{}') as { retiredFrom?: ConnectGrant[] }
  return Array.isArray(grants) ? grants : null
}

/** As well. */
function replaced(comment: string | null): string | null {
  const { replaced: text } = JSON.parse(comment ?? '{}') as { replaced?: string }
  return typeof text === 'string' ? text : null
}

/** The database of a name, or null. */
export async function findDatabase(session: Session, name: string): Promise<FoundDatabase | null> {
  const [row] = await session.query<Row>(`select ${columns}\n  from pg_database d where d.datname = $1::text`, [name])
  return row ? present(row) : null
}

/** An instance's database and whatever was left unfinished for the same instance by us or an earlier worker. */
export async function findInstance(
  session: Session,
  databaseName: string,
  owner: Ownership,
): Promise<{ finished: FoundDatabase | null; leftovers: FoundDatabase[] }> {
  const rows = await session.query<Row>(
    `select ${columns}
  from pg_database d where d.datname = $1::text or starts_with(d.datname::text, $2)`,
    [databaseName, privateNamePrefix(owner.instanceId)],
  )
  const found = rows.map(present)
  return {
    finished: found.find((database) => database.name === databaseName) ?? null,
    leftovers: found.filter((database) => database.name !== databaseName && isLeftoverOf(database, owner)),
  }
}

/** Only we make private names, so one without a marker was left before it got one. */
function isLeftoverOf(database: FoundDatabase, owner: Ownership): boolean {
  const named = parsePrivateName(database.name)
  if (named?.instanceId !== owner.instanceId || named.epoch > owner.epoch) return false
  return !database.isMarked || isOwnedBy(database.marker, owner)
}

/** Writes, or replaces, the marker of the database of this name and identity. */
export const markDatabase = (
  session: Session,
  name: string,
  owner: Ownership,
  identity: string,
  besides: MarkerParts = {},
): Promise<unknown> =>
  session.query(`comment on database ${quoteName(name)} is ${quoteText(markerText(owner, identity, besides))}`)

/** What else a marker says; default kind `instance`. */
export interface MarkerParts {
  kind?: DatabaseKind
  retiredFrom?: ConnectGrant[] | null
  replaced?: string | null
}

/** The marker as it is written, for whatever has this identity. */
export const markerText = (
  { installationId, instanceId, epoch }: Ownership,
  identity: string,
  { kind = 'instance', retiredFrom: grants = null, replaced: text = null }: MarkerParts = {},
): string =>
  writeMarker({
    ...{ installationId, instanceId, epoch, kind, identity },
    ...(grants === null ? {} : { retiredFrom: grants }),
    ...(text === null ? {} : { replaced: text }),
  })
