import {
  isOwnedBy,
  parsePrivateName,
  privateNamePrefix,
  readMarker,
  writeMarker,
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
}

interface Row {
  name: string
  identity: string
  comment: string | null
  is_template: boolean
}

const columns = `d.datname::text as name, d.oid::text as identity, d.datistemplate as is_template,
  shobj_description(d.oid, 'pg_database') as comment`

const present = (row: Row): FoundDatabase => {
  const marker = readMarker(row.comment)
  return {
    name: row.name,
    identity: row.identity,
    marker: marker?.identity === row.identity ? marker : null,
    isMarked: marker !== null,
    isTemplate: row.is_template,
  }
}

/** The database of a name, or null. */
export async function findDatabase(session: Session, name: string): Promise<FoundDatabase | null> {
  const [row] = await session.query<Row>(`select ${columns} from pg_database d where d.datname = $1::text`, [name])
  return row ? present(row) : null
}

/** An instance's database and whatever was left unfinished for the same instance by us or an earlier worker. */
export async function findInstance(
  session: Session,
  databaseName: string,
  owner: Ownership,
): Promise<{ finished: FoundDatabase | null; leftovers: FoundDatabase[] }> {
  const rows = await session.query<Row>(
    `select ${columns} from pg_database d where d.datname = $1::text or starts_with(d.datname::text, $2)`,
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
export const markDatabase = (session: Session, name: string, owner: Ownership, identity: string): Promise<unknown> =>
  session.query(`comment on database ${quoteName(name)} is ${quoteText(markerText(owner, identity))}`)

/** The marker as it is written, for whatever has this identity. */
export const markerText = ({ installationId, instanceId, epoch }: Ownership, identity: string): string =>
  writeMarker({ installationId, instanceId, epoch, kind: 'instance', identity })
