import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, type Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { hasNumber, insteadOf, isRefusal } from './errors.js'
import {
  changedMarkerNumber,
  findDatabase,
  inside,
  markStatement,
  unlessMarkedStatement,
  type FoundDatabase,
} from './marker.js'
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
  if (!isOurs(found, owned)) throw notOurs()
}

/** What is thrown for a database of the name that is not ours. */
export const notOurs = (cause?: unknown): Failure =>
  new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.', { cause })

/** Whether a database takes no connections but those of the privileged: stopped, or in the middle of being so. */
export const isStopped = ({ state, access }: FoundDatabase): boolean => state === 'offline' || access === 'restricted'

/**
 * Whether an offline database may be brought online to look at its marker. Nothing of an offline one can be read, so it
 * has to be the one on record; where none is, it has to have been stopped by us, who leave it closed to others.
 */
export const mayBeLookedAt = ({ identity: found, access }: FoundDatabase, { identity }: Owned): boolean =>
  identity === undefined ? access === 'restricted' : identity === found

/**
 * The database of a name; one that is offline and may be ours is brought online, where only the privileged can come in
 * until it is opened. It goes offline again when it turns out not to be ours.
 */
export async function findOpen(
  session: Session,
  name: string,
  owned: Owned,
  fence: () => Promise<void>,
): Promise<FoundDatabase | null> {
  const found = await findDatabase(session, name)
  if (found?.state === 'online' && found.access === 'single') return freed(session, found, owned)
  if (found?.state !== 'offline' || !mayBeLookedAt(found, owned)) return found
  await fence()
  await session.finish(`alter database ${quoteName(found.name)} set online`)
  const opened = await findDatabase(session, name)
  if (opened?.state === 'online' && !isOurs(opened, owned)) await setOffline(session, found.name)
  return opened
}

/** How long the one session on a database in single-user mode may take to leave. */
const freeWithinMs = 5_000

/** A database that a run left in single-user mode when it died: whoever got in has to leave before it can be read. */
async function freed(session: Session, found: FoundDatabase, { identity }: Owned): Promise<FoundDatabase | null> {
  const deadline = Date.now() + freeWithinMs
  for (let now: FoundDatabase | null = found; ; now = await findDatabase(session, found.name)) {
    if (!now || now.markerText !== null) return now
    if (identity !== now.identity || Date.now() >= deadline)
      throw new Failure('database_error', 'Somebody is on the database, which is in single-user mode.', {
        retryable: true,
      })
    await killSessions(session, now.identity)
    await sleep(50)
  }
}

/** Best effort: it takes a right (ALTER ANY CONNECTION) that is not asked for. */
async function killSessions(session: Session, identity: string): Promise<void> {
  try {
    const rows = await session.query<{ id: number }>(
      `select session_id as id from sys.dm_exec_sessions
where database_id = @id and session_id <> @@spid and is_user_process = 1`,
      { id: Number.parseInt(identity, 10) },
    )
    for (const { id } of rows) await session.finish(`kill ${id}`)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/** Takes a database offline; whoever is on it is rolled back. */
export const setOffline = (session: Session, name: string): Promise<unknown> =>
  session.finish(`alter database ${quoteName(name)} set offline with rollback immediate`)

/**
 * Makes a database of ours the present run's: what an earlier run still tries is refused from then on. The marker is
 * compared in the very batch that replaces it.
 */
export const claim = (
  session: Session,
  found: FoundDatabase,
  owner: Ownership,
  retiredFrom: readonly string[] = found.retiredFrom,
): Promise<void> =>
  changeMarker(
    session,
    found,
    markStatement(owner, found.identity, { kind: found.marker?.kind ?? 'instance', retiredFrom }),
  )

/** Runs statements about the marker, unless that is no longer the one that was read. */
export async function changeMarker(session: Session, found: FoundDatabase, statement: string): Promise<void> {
  // Others who come at the same moment wait here until the first has written.
  const text = `begin transaction;
exec sys.sp_getapplock @Resource = N'edfi-tenants:marker', @LockMode = N'Exclusive', @LockOwner = N'Transaction',
  @LockTimeout = 60000, @DbPrincipal = N'public';
begin try
${unlessMarkedStatement(found.markerText)};
${statement};
commit transaction;
end try
begin catch
  rollback transaction;
  throw;
end catch`
  try {
    await inside(session, found.name, text, (all, there) => there.finish(all))
  } catch (error) {
    if (hasNumber(error, [changedMarkerNumber])) throw notOurs(error)
    throw insteadOf(error, [911, 942, 924], 'database_error', 'The database went away meanwhile.', true)
  }
}

/** Lets a database of ours take connections again, of everybody. */
export const setMultiUser = (session: Session, name: string): Promise<unknown> =>
  session.finish(`alter database ${quoteName(name)} set multi_user with rollback immediate`)
