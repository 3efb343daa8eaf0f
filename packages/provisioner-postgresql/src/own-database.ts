import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, type Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { insteadOf } from './errors.js'
import { assertMayChange } from './lacking-rights.js'
import { findDatabase, markDatabase, type ConnectGrant, type FoundDatabase } from './marker.js'
import { quoteName } from './quote.js'

/** Whose a database has to be, and which, for something to be done with it. */
export interface Owned {
  owner: Ownership
  identity?: string
}

/** Whether it was made for this owner, under no later epoch, and is the one on record where that is known. */
export const isOurs = (found: FoundDatabase | null, { owner, identity }: Owned): found is FoundDatabase =>
  found !== null && isOwnedBy(found.marker, owner) && (identity ?? found.identity) === found.identity

/** Throws `database_missing` or `not_our_database`. */
export function assertOurs(found: FoundDatabase | null, owned: Owned): asserts found is FoundDatabase {
  if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
  if (!isOurs(found, owned))
    throw new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.')
}

/**
 * Changes a database of ours in a transaction that looks at marker and oid after the change, when nobody else can change
 * them any more, and undoes it when they are not what they should be. The marker gets the present epoch: what an earlier
 * run still tries is refused from then on.
 */
export async function changeOurs(
  session: Session,
  { found, owner, nameAfter = found.name }: { found: FoundDatabase; owner: Ownership; nameAfter?: string },
  change: () => Promise<{ retiredFrom?: ConnectGrant[] | null } | undefined>,
): Promise<void> {
  assertMayChange(found)
  await session.transaction(async () => {
    const { retiredFrom = found.retiredFrom } = (await change()) ?? {}
    const now = await findDatabase(session, nameAfter)
    assertOurs(now, { owner, identity: found.identity })
    const { replaced } = now
    await markDatabase(session, nameAfter, owner, now.identity, {
      kind: now.marker?.kind ?? 'instance',
      retiredFrom,
      replaced,
    })
  })
}

/** Lets a database of ours take connections, or none. */
export const allowConnections = (
  session: Session,
  found: FoundDatabase,
  owner: Ownership,
  allow: boolean,
): Promise<void> =>
  changeOurs(session, { found, owner }, async () => {
    await session.query(`alter database ${quoteName(found.name)} with allow_connections ${String(allow)}`)
    return undefined
  })

/** Renames within a transaction; nothing is looked at before. */
export async function renameTo(session: Session, from: string, to: string): Promise<void> {
  try {
    await session.query(`alter database ${quoteName(from)} rename to ${quoteName(to)}`)
  } catch (error) {
    const taken = insteadOf(error, ['42P04', '23505'], 'database_name_taken', 'Another database has this name.')
    const held = insteadOf(taken, ['55006'], 'database_error', 'A session on the database does not end.', true)
    throw insteadOf(
      held,
      ['42501'],
      'insufficient_privilege',
      'To rename a database the login needs the right to create some: ALTER ROLE … CREATEDB;',
    )
  }
}
