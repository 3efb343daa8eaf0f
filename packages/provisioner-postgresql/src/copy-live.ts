import { Failure } from '@edfi-tenants/core'
import type { DatabaseSource, Operation, Server } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { countSessions, whileSessionsEnd } from './end-sessions.js'
import { stateOf, toFailure } from './errors.js'
import { notCopyable } from './lacking-rights.js'
import { findDatabase } from './marker.js'
import { assertName } from './quote.js'

/** How often a copy is begun anew because somebody was on the source. */
const tries = 3

/**
 * Lets `clone` copy a database that may be in use. PostgreSQL copies only what nobody is on, and lets nobody in while it
 * copies; the source's connections are never switched off, so a run that dies leaves it as it was.
 */
export async function copyLive(
  { server, session, operation }: { server: Server; session: Session; operation: Operation },
  source: Extract<DatabaseSource, { kind: 'copy' }>,
  clone: (from: string) => Promise<void>,
): Promise<void> {
  const { databaseName, mayEndSessions } = source
  assertName(databaseName)
  const identity = await identityOf(session, source)
  if (!mayEndSessions && (await countSessions(session, identity)) > 0) throw inUse()
  for (let left = tries; ;) {
    try {
      await (mayEndSessions
        ? whileSessionsEnd(server, identity, operation, () => clone(databaseName))
        : clone(databaseName))
      break
    } catch (error) {
      if (stateOf(error) === '42501') throw await notCopyable(session, databaseName, error)
      if (stateOf(error) !== '55006') throw toFailure(error)
      if (!mayEndSessions || --left === 0) throw inUse(error)
      await operation.fence()
    }
  }
  // The name could have gone to another database between the look and the copy.
  await identityOf(session, { ...source, identity })
}

async function identityOf(
  session: Session,
  { databaseName, identity }: { databaseName: string; identity?: string },
): Promise<string> {
  const found = await findDatabase(session, databaseName)
  if (!found) throw new Failure('database_missing', 'The database to copy is not on the server.')
  if ((identity ?? found.identity) !== found.identity)
    throw new Failure('not_our_database', 'The database to copy is another one than the one on record.')
  return found.identity
}

const inUse = (cause?: unknown): Failure =>
  new Failure('source_in_use', 'There are sessions on the database to copy.', { cause })
