import { Failure } from '@edfi-tenants/core'
import type { Session } from './connect.js'
import { existsNumbers, inUseNumbers, insteadOf, isRefusal, toFailure } from './errors.js'
import { findDatabase, inside, type FoundDatabase } from './marker.js'
import { quoteName } from './quote.js'
import { ownWays, type Ways } from './ways.js'

/**
 * Renames a database that others may be on. The session goes inside first, so that it is itself the one that
 * single-user mode lets stay: a client that always comes back cannot take the place. One batch does all of it and opens
 * the database again whatever happens, so that it stays locked only if the server itself dies in between, or the
 * connection within these milliseconds; whoever comes next then opens it. Runs to its end also when the signal aborts.
 */
export async function renameTo(
  session: Session,
  found: FoundDatabase,
  to: string,
  ways: Ways = ownWays,
): Promise<void> {
  const open = found.access === 'restricted' ? 'restricted_user' : 'multi_user'
  const [from, target] = [quoteName(found.name), quoteName(to)]
  const text = `begin try
  alter database ${from} set single_user with rollback immediate;
  ${ways.renameStatement(found.name, to)};
  alter database ${target} set ${open};
end try
begin catch
  alter database current set ${open};
  throw;
end catch`
  try {
    await inside(session, found.name, text, (all, there) => there.finish(all))
  } catch (error) {
    if (await isRenamed(session, found, to, error)) return
    // A server without single-user mode may still rename what nobody is on.
    if (toFailure(error).code !== 'database_error' || toFailure(error).retryable) throw explain(error)
    await renameUnused(session, found, to, ways)
  }
}

/** Renames a database that nobody is on, or should be. */
export async function renameUnused(
  session: Session,
  found: FoundDatabase,
  to: string,
  ways: Ways = ownWays,
): Promise<void> {
  try {
    await session.finish(ways.renameStatement(found.name, to))
  } catch (error) {
    if (!(await isRenamed(session, found, to, error))) throw explain(error)
  }
}

/** What an error number meant is settled by a second look: who has the new name now? */
async function isRenamed(session: Session, { identity }: FoundDatabase, to: string, error: unknown): Promise<boolean> {
  if (!isRefusal(error)) throw error
  const now = await findDatabase(session.steady, to)
  if (now && now.identity !== identity)
    throw new Failure('database_name_taken', 'Another database has this name.', { cause: error })
  return now !== null
}

const explain = (error: unknown): Failure =>
  insteadOf(
    insteadOf(error, existsNumbers, 'database_name_taken', 'Another database has this name.'),
    inUseNumbers,
    'database_error',
    'A session on the database does not end.',
    true,
  )
