import {
  findDatabase,
  isRefusal,
  patiently,
  quoteName,
  type Session,
  type Settings,
} from '@edfi-tenants/provisioner-mssql'
import { endSessions } from './end-sessions.js'
import { whileInUse } from './while-in-use.js'

const neverAborted = new AbortController().signal

/**
 * Drops a database with a name that only we make; of one that is still being copied this ends the copy
 * (https://learn.microsoft.com/azure/azure-sql/database/database-copy). Runs to its end even when the signal has aborted.
 * Not there: nothing to do.
 */
export async function dropPrivate({ steady: session }: Session, settings: Settings, name: string): Promise<void> {
  const found = await findDatabase(session, name)
  if (!found) return
  try {
    await whileInUse(
      () => endSessions(session, found.name),
      () => patiently(settings, neverAborted, () => session.finish(`drop database ${quoteName(found.name)}`)),
    )
  } catch (error) {
    if (!isRefusal(error) || (await findDatabase(session, name))) throw error
  }
}
