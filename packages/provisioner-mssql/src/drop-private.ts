import type { Session } from './connect.js'
import { isRefusal } from './errors.js'
import { findDatabase } from './marker.js'
import { quoteName } from './quote.js'
import { ownWays, type Ways } from './ways.js'

/**
 * Drops a database with a name that only we make, and its files: an offline one's would stay, so it is brought online
 * first. Runs to its end even when the signal has aborted. Not there: nothing to do.
 */
export async function dropPrivate({ steady: session }: Session, name: string, ways: Ways = ownWays): Promise<void> {
  const found = await findDatabase(session, name)
  if (!found) return
  const quoted = quoteName(found.name)
  if (found.state === 'offline') await tolerated(session, `alter database ${quoted} set online`)
  if (found.state !== 'other')
    await tolerated(session, `alter database ${quoted} set single_user with rollback immediate`)
  try {
    await session.finish(ways.dropStatement(found.name))
  } catch (error) {
    if (!isRefusal(error) || (await findDatabase(session, name))) throw error
  }
}

/** What the server refuses here, the DROP will say again if it matters. */
async function tolerated(session: Session, text: string): Promise<void> {
  try {
    await session.finish(text)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}
