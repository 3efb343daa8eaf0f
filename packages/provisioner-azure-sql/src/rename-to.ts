import { Failure } from '@edfi-tenants/core'
import {
  existsNumbers,
  findDatabase,
  insteadOf,
  inUseNumbers,
  isRefusal,
  patiently,
  quoteName,
  type FoundDatabase,
  type Session,
  type Settings,
} from '@edfi-tenants/provisioner-mssql'
import { endSessions } from './end-sessions.js'
import { whileInUse } from './while-in-use.js'

const neverAborted = new AbortController().signal

/**
 * Renames a database, ending the sessions on it; who could come back has to be shut out before. Runs to its end also
 * when the signal aborts. Fails with `database_name_taken`.
 */
export async function renameTo(session: Session, settings: Settings, found: FoundDatabase, to: string): Promise<void> {
  const rename = `alter database ${quoteName(found.name)} modify name = ${quoteName(to)}`
  try {
    await whileInUse(
      () => endSessions(session, found.name),
      () => patiently(settings, neverAborted, () => session.finish(rename)),
    )
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
