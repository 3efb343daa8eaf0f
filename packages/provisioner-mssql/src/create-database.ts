import { Failure } from '@edfi-tenants/core'
import {
  isOwnedBy,
  privateName,
  type CreateDatabase,
  type CreatedDatabase,
  type Operation,
  type Server,
} from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { copyExisting, copyTemplateDatabase, readTemplate } from './copy-source.js'
import { dropPrivate } from './drop-private.js'
import { isRefusal } from './errors.js'
import { denyStatements, grantRights, usersWithAccess } from './grant-rights.js'
import { lockInstance } from './instance-lock.js'
import { ensureOwnLogin } from './login.js'
import { findDatabase, findInstance, inside, markStatement, type FoundDatabase } from './marker.js'
import { assertName, quoteName } from './quote.js'
import { renameUnused } from './rename-to.js'
import { ownStatements } from './restore-backup.js'
import type { Settings } from './settings.js'
import { ownWays, type Ways } from './ways.js'

/** Makes the database under a private name, marks it, gives the login its rights, renames it. */
export const createDatabase = async (
  server: Server,
  request: CreateDatabase,
  operation: Operation,
  ways: Ways = ownWays,
): Promise<CreatedDatabase> => {
  assertName(request.databaseName)
  if (request.login) assertName(request.login.username)
  const method = methodOf(request)
  return onMaintenance(server, operation, async (session, settings) => {
    await lockInstance(session, request.owner, operation.signal)
    const work: Work = { server, settings, session, request, operation, owner: request.owner, ways }
    const onItsWay = (await ways.settle?.(work, request.source)) ?? null
    const { finished, leftovers } = await findInstance(session, request.databaseName, request.owner)
    if (finished) assertResumable(finished, request)
    for (const leftover of leftovers) {
      if (!finished && leftover.name === onItsWay) continue
      await operation.fence()
      await dropPrivate(session, leftover.name, ways)
    }
    return finished ? resume(work, finished, method) : create(work, method, onItsWay ?? privateName(request.owner))
  })
}

interface Work {
  server: Server
  settings: Settings
  session: Session
  request: CreateDatabase
  operation: Operation
  owner: CreateDatabase['owner']
  ways: Ways
}

function methodOf({ source }: CreateDatabase): string {
  if (source.kind === 'export')
    throw new Failure('not_supported', 'The worker cannot hand a file to SQL Server: there are no exports to restore.')
  if (source.kind === 'empty') return 'empty'
  if (source.kind === 'copy') return 'backup_restore'
  return 'backup' in readTemplate(source.template) ? 'restore' : 'backup_restore'
}

function assertResumable({ marker }: FoundDatabase, { owner }: CreateDatabase): void {
  if (isOwnedBy(marker, owner)) return
  if (isOwnedBy(marker, { ...owner, epoch: Infinity }))
    throw new Failure('lease_lost', 'A later run of this job has made the database already.')
  throw new Failure('database_name_taken', 'Another database of this name exists; it was not touched.')
}

/** An earlier run had finished it: it becomes this run's, so that the earlier one cannot drop it any more. */
async function resume(work: Work, found: FoundDatabase, method: string): Promise<CreatedDatabase> {
  const { session, request, operation } = work
  if (found.marker?.epoch !== request.owner.epoch) {
    await operation.fence()
    await mark(session, found.name, found.identity, request)
  }
  await prepareLogin(work, found.name)
  const { databaseName } = request
  return { databaseName, identity: found.identity, created: 'existing', method, sizeBytes: null }
}

const mark = (session: Session, name: string, identity: string, request: CreateDatabase): Promise<unknown> =>
  inside(
    session,
    name,
    markStatement(request.owner, identity, request.kind ? { kind: request.kind } : {}),
    (text, there) => there.batch(text),
  )

async function create(work: Work, method: string, unfinished: string): Promise<CreatedDatabase> {
  const { session, request, operation, ways } = work
  try {
    await operation.fence()
    operation.progress(0, 'copying')
    await copy(work, unfinished)
    const { identity } = await find(session, unfinished)
    await operation.fence()
    await mark(session, unfinished, identity, request)
    operation.progress(80, 'granting')
    await prepareLogin(work, unfinished)
    await operation.fence()
    await renameUnused(session, await find(session, unfinished), request.databaseName, ways)
    operation.progress(100)
    return { databaseName: request.databaseName, identity, created: 'now', method, sizeBytes: null }
  } catch (error) {
    await removeUnfinished(work, unfinished)
    throw error
  }
}

async function copy(work: Work, name: string): Promise<void> {
  const { session, request } = work
  const { source } = request
  if (source.kind === 'template') {
    const template = readTemplate(source.template)
    if ('backup' in template) await work.ways.copyBackup(work, template.backup, name)
    else await copyTemplateDatabase(work, template.database, name)
  } else if (source.kind === 'copy') await copyExisting(work, source, name)
  else {
    await session.batch(`create database ${quoteName(name)}`)
    return
  }
  await makeOwn(session, name)
}

/** A restored database is its source in everything but its name: owner, identity, options. */
async function makeOwn(session: Session, name: string): Promise<void> {
  const [row] = await session.query<{ login: string; updateability: string | null }>(
    `select suser_sname() as login, convert(nvarchar(20), databasepropertyex(@name, N'Updateability')) as updateability`,
    { name },
  )
  await session.batch(ownStatements(name, row?.updateability === 'READ_ONLY').join(';\n'))
  try {
    await session.batch(`alter authorization on database::${quoteName(name)} to ${quoteName(row?.login ?? 'sa')}`)
  } catch (error) {
    // The restoring login is the owner already; what is inside may not know it yet, and may not need to.
    if (!isRefusal(error)) throw error
  }
}

async function find(session: Session, name: string): Promise<FoundDatabase> {
  const found = await findDatabase(session, name)
  if (!found) throw new Failure('database_missing', 'The copy was removed before it was finished.', { retryable: true })
  return found
}

/** What has a login of its own, or none, is for nobody else: whoever had access to the source has none to the copy. */
async function prepareLogin({ session, request: { owner, login, source }, operation }: Work, database: string) {
  if (login?.own) await ensureOwnLogin(session, operation, owner, login)
  if (login?.own !== false && source.kind !== 'empty') {
    const others = await usersWithAccess(session, database, login?.username)
    if (others.length > 0) {
      await operation.fence()
      await inside(session, database, denyStatements(others).join(';\n'), (text, there) => there.batch(text))
    }
  }
  if (login) await grantRights(session, operation, database, login.username)
}

/** Best effort, and only while the job is still ours; whoever runs it next, or undoes it, removes what is left. */
async function removeUnfinished({ session, operation, ways }: Work, name: string): Promise<void> {
  try {
    await operation.fence()
    await dropPrivate(session, name, ways)
  } catch {
    // The error that led here says more.
  }
}
