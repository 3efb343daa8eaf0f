import { Failure } from '@edfi-tenants/core'
import {
  isOwnedBy,
  privateName,
  type CreateDatabase,
  type CreatedDatabase,
  type Operation,
  type Server,
} from '@edfi-tenants/provisioner'
import {
  assertName,
  findDatabase,
  findInstance,
  grantRights,
  inside,
  lockInstance,
  markStatement,
  onMaintenance,
  usersWithAccess,
  type FoundDatabase,
} from '@edfi-tenants/provisioner-mssql'
import { copySource, readTemplate, type CopyWork } from './copy-source.js'
import { denyStatements } from './deny-statements.js'
import { dropPrivate } from './drop-private.js'
import { renameTo } from './rename-to.js'
import { asSqlServer } from './settings.js'

interface Work extends CopyWork {
  request: CreateDatabase
}

/** Makes the database under a private name, waits until it is online, marks it, gives the login its rights, renames it. */
export const createDatabase = async (
  server: Server,
  request: CreateDatabase,
  operation: Operation,
): Promise<CreatedDatabase> => {
  assertName(request.databaseName)
  if (request.login) assertName(request.login.username)
  assertPossible(request)
  return onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    await lockInstance(session, request.owner, operation.signal)
    const { finished, leftovers } = await findInstance(session, request.databaseName, request.owner)
    if (finished) assertResumable(finished, request)
    for (const leftover of leftovers) {
      await operation.fence()
      await dropPrivate(session, settings, leftover.name)
    }
    const work: Work = { server, settings, session, operation, request }
    return finished ? resume(work, finished) : create(work)
  })
}

function assertPossible({ source, login }: CreateDatabase): void {
  if (source.kind === 'export')
    throw new Failure('not_supported', 'The worker cannot hand a file to Azure: there are no exports to restore.')
  if (login?.own) throw new Failure('not_supported', 'On Azure SQL Database instances have no logins of their own.')
  if (source.kind === 'template') readTemplate(source.template)
}

const methodOf = ({ source }: CreateDatabase): string => (source.kind === 'empty' ? 'empty' : 'database_copy')

function assertResumable({ marker }: FoundDatabase, { owner }: CreateDatabase): void {
  if (isOwnedBy(marker, owner)) return
  if (isOwnedBy(marker, { ...owner, epoch: Infinity }))
    throw new Failure('lease_lost', 'A later run of this job has made the database already.')
  throw new Failure('database_name_taken', 'Another database of this name exists; it was not touched.')
}

/** An earlier run had finished it: it becomes this run's, so that the earlier one cannot drop it any more. */
async function resume(work: Work, found: FoundDatabase): Promise<CreatedDatabase> {
  const { request, operation } = work
  if (found.marker?.epoch !== request.owner.epoch) {
    await operation.fence()
    await mark(work, found)
  }
  await prepareUsers(work, found.name)
  const { databaseName } = request
  return { databaseName, identity: found.identity, created: 'existing', method: methodOf(request), sizeBytes: null }
}

const mark = ({ session, request: { owner, kind } }: Work, { name, identity }: FoundDatabase): Promise<unknown> =>
  inside(session, name, markStatement(owner, identity, kind ? { kind } : {}), (text, there) => there.batch(text))

async function create(work: Work): Promise<CreatedDatabase> {
  const { session, settings, request, operation } = work
  const { databaseName } = request
  const unfinished = privateName(request.owner)
  try {
    await operation.fence()
    operation.progress(0, 'copying')
    await copySource(work, request.source, unfinished)
    const found = await findDatabase(session, unfinished)
    if (!found)
      throw new Failure('database_missing', 'The copy was removed before it was finished.', { retryable: true })
    await operation.fence()
    await mark(work, found)
    operation.progress(80, 'granting')
    await prepareUsers(work, unfinished)
    await operation.fence()
    await renameTo(session, settings, found, databaseName)
    operation.progress(100)
    const { identity } = found
    return { databaseName, identity, created: 'now', method: methodOf(request), sizeBytes: null }
  } catch (error) {
    await removeUnfinished(work, unfinished)
    throw error
  }
}

/** What is for nobody but us is closed to whoever had access to the source. */
async function prepareUsers({ session, operation, request: { login, source } }: Work, database: string): Promise<void> {
  if (login) return grantRights(session, operation, database, login.username)
  const users = source.kind === 'empty' ? [] : await usersWithAccess(session, database)
  if (users.length === 0) return
  await operation.fence()
  await inside(session, database, denyStatements(users), (text, there) => there.batch(text))
}

/** Best effort, and only while the job is still ours; whoever runs it next, or undoes it, removes what is left. */
async function removeUnfinished({ session, settings, operation }: Work, name: string): Promise<void> {
  try {
    await operation.fence()
    await dropPrivate(session, settings, name)
  } catch {
    // The error that led here says more.
  }
}
