import { Failure, type Json } from '@edfi-tenants/core'
import {
  isOwnedBy,
  privateName,
  type CreateDatabase,
  type CreatedDatabase,
  type Operation,
  type Server,
} from '@edfi-tenants/provisioner'
import { adminTarget, onMaintenance, withSession, type Session } from './connect.js'
import { dropPrivate } from './drop-database.js'
import { copyLive } from './copy-live.js'
import { insteadOf, stateOf } from './errors.js'
import { grantRights } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { assertMayChange, notCopyable } from './lacking-rights.js'
import { ensureOwnLogin } from './login.js'
import { findInstance, markDatabase, type FoundDatabase } from './marker.js'
import { assertName, quoteName } from './quote.js'
import { restoreInto } from './restore-export.js'
import type { Settings } from './settings.js'

/** Copies the source under a private name, marks the copy, gives the login its rights, renames it. */
export const createDatabase = async (
  server: Server,
  request: CreateDatabase,
  operation: Operation,
): Promise<CreatedDatabase> => {
  assertName(request.databaseName)
  if (request.login) assertName(request.login.username)
  return onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, request.owner, operation.signal)
    const { finished, leftovers } = await findInstance(session, request.databaseName, request.owner)
    if (finished) assertResumable(finished, request)
    for (const leftover of leftovers) {
      assertMayChange(leftover)
      await operation.fence()
      await dropPrivate(session, leftover.name)
    }
    const work: Work = { server, settings, session, request, operation }
    return finished ? resume(work, finished) : create(work)
  })
}

interface Work {
  server: Server
  settings: Settings
  session: Session
  request: CreateDatabase
  operation: Operation
}

function assertResumable({ marker }: FoundDatabase, { owner }: CreateDatabase): void {
  if (isOwnedBy(marker, owner)) return
  if (isOwnedBy(marker, { ...owner, epoch: Infinity }))
    throw new Failure('lease_lost', 'A later run of this job has made the database already.')
  throw nameTaken()
}

const nameTaken = (cause?: unknown): Failure =>
  new Failure('database_name_taken', 'Another database of this name exists; it was not touched.', { cause })

/** An earlier run had finished it: it becomes this run's, so that the earlier one cannot drop it any more. */
async function resume(work: Work, finished: FoundDatabase): Promise<CreatedDatabase> {
  const { session, request, operation } = work
  const { name, identity, marker } = finished
  assertMayChange(finished)
  if (marker?.epoch !== request.owner.epoch) {
    await operation.fence()
    await markDatabase(session, name, request.owner, identity, request)
  }
  await prepareLogin(work, name)
  return { databaseName: name, identity, created: 'existing', method: await methodOf(work), sizeBytes: null }
}

async function create(work: Work): Promise<CreatedDatabase> {
  const { server, session, request, operation } = work
  const unfinished = privateName(request.owner)
  const method = await methodOf(work)
  try {
    await operation.fence()
    operation.progress(0, 'copying')
    await copy(work, unfinished, method)
    const identity = await identityOf(session, unfinished)
    await operation.fence()
    await markDatabase(session, unfinished, request.owner, identity, request)
    if (request.source.kind === 'export') {
      await operation.fence()
      operation.progress(10, 'restoring')
      await restoreInto(server, unfinished, request.source, operation)
    }
    operation.progress(80, 'granting')
    await prepareLogin(work, unfinished)
    await operation.fence()
    await rename(session, unfinished, request.databaseName)
    operation.progress(100)
    return { databaseName: request.databaseName, identity, created: 'now', method, sizeBytes: null }
  } catch (error) {
    await removeUnfinished(session, operation, unfinished)
    throw error
  }
}

async function methodOf({ session, settings, request: { source } }: Work): Promise<string> {
  if (source.kind === 'export') return source.format
  const [row] = await session.query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
  if ((row?.version ?? 0) < 150_000) return 'file_copy'
  return source.kind === 'empty' || settings.cloneStrategy === 'auto' ? 'wal_log' : settings.cloneStrategy
}

function copy(work: Work, name: string, method: string): Promise<void> {
  const { source } = work.request
  if (source.kind === 'template') return copyTemplate(work, source.template, name, method)
  if (source.kind === 'copy') return copyLive(work, source, (from) => clone(work, from, name, method))
  return cloneOrSay(work, 'template0', name, 'wal_log')
}

/** `STRATEGY` is only said where it was chosen: servers before 15 do not know it, and wal_log is the default after. */
async function clone({ session, settings }: Work, from: string, name: string, method: string): Promise<void> {
  const strategy = settings.cloneStrategy === 'auto' ? '' : ` strategy ${settings.cloneStrategy}`
  const canChoose = method !== 'file_copy' || settings.cloneStrategy === 'file_copy'
  try {
    await session.query(`create database ${quoteName(name)} template ${quoteName(from)}${canChoose ? strategy : ''}`)
  } catch (error) {
    throw insteadOf(error, ['0A000'], 'settings_invalid', 'The server does not take this cloneStrategy; use auto.')
  }
}

/** The same, and where the login may not: why. */
async function cloneOrSay(work: Work, from: string, name: string, method: string): Promise<void> {
  try {
    await clone(work, from, name, method)
  } catch (error) {
    throw stateOf(error) === '42501' ? await notCopyable(work.session, from, error) : error
  }
}

async function copyTemplate(work: Work, template: Json, name: string, method: string): Promise<void> {
  if (typeof template !== 'string')
    throw new Failure('settings_invalid', 'A template of this database server must be the name of a database.')
  try {
    await cloneOrSay(work, template, name, method)
  } catch (error) {
    const missing = insteadOf(error, ['3D000'], 'template_missing', 'There is no database with the template’s name.')
    throw insteadOf(missing, ['55006'], 'template_busy', 'Another session is on the template.', true)
  }
}

async function identityOf(session: Session, name: string): Promise<string> {
  const [row] = await session.query<{ oid: string }>('select oid::text from pg_database where datname = $1::text', [
    name,
  ])
  if (!row) throw new Failure('database_missing', 'The copy was removed before it was finished.', { retryable: true })
  return row.oid
}

/** What has a login of its own, or none, is for nobody else: no other instance's login may connect to it. */
async function prepareLogin(
  { server, settings, session, request: { owner, login }, operation }: Work,
  database: string,
): Promise<void> {
  if (login?.own) await ensureOwnLogin(session, operation, owner, login, settings.ownLoginRole)
  if (login?.own !== false) {
    await operation.fence()
    await session.query(`revoke connect, temporary on database ${quoteName(database)} from public`)
  }
  if (login)
    await withSession(adminTarget(server, settings, database), operation.signal, (inside) =>
      grantRights(inside, operation, login.username),
    )
}

async function rename(session: Session, from: string, to: string): Promise<void> {
  try {
    await session.query(`alter database ${quoteName(from)} rename to ${quoteName(to)}`)
  } catch (error) {
    throw insteadOf(error, ['42P04', '23505'], 'database_name_taken', 'Another database got this name meanwhile.')
  }
}

/** Best effort, and only while the job is still ours; whoever runs it next, or undoes it, removes what is left. */
async function removeUnfinished(session: Session, operation: Operation, name: string): Promise<void> {
  try {
    await operation.fence()
    await dropPrivate(session, name)
  } catch {
    // The error that led here says more.
  }
}
