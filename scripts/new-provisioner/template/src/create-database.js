import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, parsePrivateName, privateName } from '@edfi-tenants/provisioner'
import { findDatabase, markDatabase, readDatabases } from './marker.js'
import { onInstance } from './own-database.js'
import { assertName } from './quote.js'

/**
 * Makes the database under a private name, marks it, gives the login its rights, renames it. Nothing is looked at before
 * the rename: the engine's own refusal is what says that the name is taken.
 * @type {import('@edfi-tenants/provisioner').Provisioner['createDatabase']}
 */
export const createDatabase = async (server, request, operation) => {
  const { databaseName, owner, source, login, kind = 'instance' } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (session) => {
    const finished = await findDatabase(session, databaseName)
    if (finished) assertResumable(finished, owner)
    for (const { name } of await leftoversOf(session, owner)) {
      await operation.fence()
      await session.drop(name)
    }
    if (finished) {
      await operation.fence()
      await markDatabase(session, finished, owner, kind)
      if (login) await session.grant(databaseName, login.username)
      const { identity } = finished
      return { databaseName, identity, created: 'existing', method: source.kind, sizeBytes: null }
    }
    const unfinished = privateName(owner)
    try {
      await operation.fence()
      operation.progress(0, 'copying')
      await session.create(unfinished, source)
      const made = await findDatabase(session, unfinished)
      if (!made) throw new Failure('database_missing', 'The copy has gone.', { retryable: true })
      await operation.fence()
      await markDatabase(session, made, owner, kind)
      if (login) await session.grant(unfinished, login.username)
      await operation.fence()
      await session.rename(unfinished, databaseName)
      const { identity } = made
      return { databaseName, identity, created: 'now', method: source.kind, sizeBytes: null }
    } catch (error) {
      await removeUnfinished(session, unfinished, operation)
      throw error
    }
  })
}

/** @param {import('./marker.js').FoundDatabase} found @param {import('@edfi-tenants/provisioner').Ownership} owner */
function assertResumable({ marker }, owner) {
  if (isOwnedBy(marker, owner)) return
  if (isOwnedBy(marker, { ...owner, epoch: Infinity }))
    throw new Failure('lease_lost', 'A later run of this job has made the database already.')
  throw new Failure('database_name_taken', 'Another database of this name exists; it was not touched.')
}

/**
 * The unfinished databases of an instance, up to this run's.
 * @param {import('./connect.js').Session} session
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 */
export const leftoversOf = async (session, { instanceId, epoch }) =>
  (await readDatabases(session)).filter(({ name }) => {
    const found = parsePrivateName(name)
    return found?.instanceId === instanceId && found.epoch <= epoch
  })

/** Best effort, and only while the job is still ours; whoever runs it next removes what is left. */
async function removeUnfinished(
  /** @type {import('./connect.js').Session} */ session,
  /** @type {string} */ name,
  /** @type {import('@edfi-tenants/provisioner').Operation} */ { fence },
) {
  try {
    await fence()
    if (await findDatabase(session, name)) await session.drop(name)
  } catch {
    // The error that led here says more.
  }
}
