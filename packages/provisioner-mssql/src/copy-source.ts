import { Failure, type Json } from '@edfi-tenants/core'
import type { DatabaseSource, Operation, Ownership, Server } from '@edfi-tenants/provisioner'
import { deviceOf, reservePlace } from './backup-place.js'
import type { Session } from './connect.js'
import { insteadOf, isRefusal } from './errors.js'
import { findDatabase, type FoundDatabase } from './marker.js'
import { setOffline } from './own-database.js'
import { quoteName } from './quote.js'
import { restoreBackup } from './restore-backup.js'
import type { Settings } from './settings.js'
import { sessionNumber, watchProgress } from './watch-progress.js'
import type { Ways } from './ways.js'

/** What a copy is made with. */
export interface CopyWork {
  server: Server
  settings: Settings
  session: Session
  owner: Ownership
  operation: Operation
  ways: Ways
}

/** How a template is named in a server's `templates`. */
export type Template = { database: string } | { backup: string }

/** A template's entry; fails with `settings_invalid`. */
export function readTemplate(template: Json): Template {
  const { database, backup } = (typeof template === 'object' && template !== null ? template : {}) as Record<
    string,
    unknown
  >
  if (typeof database === 'string' && backup === undefined) return { database }
  if (typeof backup === 'string' && database === undefined) return { backup }
  throw new Failure('settings_invalid', 'A template of this database server must name either a database or a backup.')
}

/** Makes a database of a backup. */
export async function copyBackup(work: CopyWork, place: string, name: string, from = 0): Promise<void> {
  const { server, settings, session, operation } = work
  const watched = { session: await sessionNumber(session), from, to: 70, detail: 'restoring' }
  await watchProgress(server, operation, watched, () => restoreBackup(session, settings, { place, name }))
}

/** Copies a database, in use or not: a backup outside of the source's own series, and its restore under the new name. */
export async function copyDatabase(work: CopyWork, source: FoundDatabase, name: string): Promise<void> {
  const { server, settings, session, owner, operation } = work
  const place = await reservePlace(session, settings, owner, operation)
  const watched = { session: await sessionNumber(session), from: 0, to: 35, detail: 'copying' }
  await operation.fence()
  try {
    await watchProgress(server, operation, watched, () =>
      session.batch(
        `backup database ${quoteName(source.name)} to ${deviceOf(place)}\nwith copy_only, format, checksum`,
      ),
    )
  } catch (error) {
    throw insteadOf(error, [3201, 3202], 'settings_invalid', 'The server cannot write to the folder for backups.')
  }
  await operation.fence()
  await copyBackup(work, place, name, 35)
  await removeFile(session, place)
}

/** Best effort: only an administrator may. What stays is written over by the next copy. */
async function removeFile(session: Session, place: string): Promise<void> {
  if (/^\w+:\/\//.test(place)) return
  try {
    await session.query('exec master.sys.xp_delete_files @path', { path: place })
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/** Copies a template database. */
export async function copyTemplateDatabase(work: CopyWork, database: string, name: string): Promise<void> {
  const found = await findDatabase(work.session, database)
  if (!found) throw new Failure('template_missing', 'There is no database with the template’s name.')
  if (found.state !== 'online') throw new Failure('template_busy', 'The template is not online.', { retryable: true })
  await work.ways.copyDatabase(work, found, name)
}

/**
 * Copies a database of ours. One that was stopped is online for as long as its backup takes, closed to all but the
 * privileged.
 */
export async function copyExisting(
  work: CopyWork,
  { databaseName, identity }: Extract<DatabaseSource, { kind: 'copy' }>,
  name: string,
): Promise<void> {
  const { session, operation } = work
  const found = await findDatabase(session, databaseName)
  if (!found) throw new Failure('database_missing', 'The database to copy is not on the server.')
  if ((identity ?? found.identity) !== found.identity)
    throw new Failure('not_our_database', 'The database to copy is another one than the one on record.')
  if (found.state === 'online') return work.ways.copyDatabase(work, found, name)
  if (found.state !== 'offline' || identity === undefined)
    throw new Failure('database_error', 'The database to copy is not online.')
  await operation.fence()
  await session.finish(`alter database ${quoteName(found.name)} set online`)
  try {
    await work.ways.copyDatabase(work, found, name)
  } finally {
    await setOffline(session, found.name)
  }
}
