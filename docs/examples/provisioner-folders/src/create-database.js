import { mkdir, rm, unlink } from 'node:fs/promises'
import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, parsePrivateName, privateName } from '@edfi-tenants/provisioner'
import { allDatabases, changeAbout, findDatabase, notOurs } from './database.js'
import { onInstance } from './own-database.js'
import { moveDatabase, takeName } from './move-database.js'
import { assertName, placeOf } from './names.js'
import { restoreInto } from './restore-export.js'
import { copyContent } from './tables.js'

/** @typedef {import('@edfi-tenants/provisioner').CreateDatabase} CreateDatabase */
/** @typedef {{ root: string, request: CreateDatabase, operation: import('@edfi-tenants/provisioner').Operation }} Work */

/**
 * Copies the source under a private name, marks the copy, then moves it to its final name.
 * @type {import('@edfi-tenants/provisioner').Provisioner['createDatabase']}
 */
export const createDatabase = async (server, request, operation) => {
  const { databaseName, owner } = request
  assertName(databaseName)
  return onInstance(server, owner, operation, async (root) => {
    const finished = await findDatabase(root, databaseName)
    if (finished) assertResumable(finished, request)
    for (const leftover of await leftoversOf(root, owner)) {
      await operation.fence()
      await removeDatabase(root, leftover)
    }
    if (!finished) return create({ root, request, operation })
    await operation.fence()
    await changeAbout(finished, owner, { logins: loginsOf(request) })
    return { databaseName, identity: finished.identity, created: 'existing', method: 'folder', sizeBytes: null }
  })
}

/** @param {import('./database.js').Database} found @param {CreateDatabase} request */
function assertResumable({ marker }, { owner }) {
  if (isOwnedBy(marker, owner)) return
  if (isOwnedBy(marker, { ...owner, epoch: Infinity }))
    throw new Failure('lease_lost', 'A later run of this job has made the database already.')
  throw new Failure('database_name_taken', 'Another database of this name exists; it was not touched.')
}

/** @param {CreateDatabase} request */
const loginsOf = ({ login }) => (login ? [login.username] : [])

/** @param {Work} work @returns {Promise<import('@edfi-tenants/provisioner').CreatedDatabase>} */
async function create({ root, request, operation }) {
  const { databaseName, owner, source, kind = 'instance' } = request
  const unfinished = privateName(owner)
  try {
    await operation.fence()
    operation.progress(0, 'copying')
    const folder = await takeName(root, unfinished, owner.instanceId)
    await mkdir(folder)
    await fill(root, folder, source, operation)
    await operation.fence()
    const made = await findDatabase(root, unfinished)
    if (!made)
      throw new Failure('database_missing', 'The copy was removed before it was finished.', { retryable: true })
    const { installationId, instanceId, epoch } = owner
    const marker = { installationId, instanceId, epoch, kind, identity: made.identity }
    await changeAbout({ ...made, marker }, owner, { logins: loginsOf(request), open: true })
    await operation.fence()
    operation.progress(90, 'naming')
    await moveDatabase(root, made, databaseName, instanceId)
    operation.progress(100)
    return { databaseName, identity: made.identity, created: 'now', method: 'folder', sizeBytes: null }
  } catch (error) {
    await removeUnfinished(root, unfinished, operation)
    throw error
  }
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {import('@edfi-tenants/provisioner').DatabaseSource} source
 * @param {import('@edfi-tenants/provisioner').Operation} operation
 */
async function fill(root, folder, source, { signal }) {
  if (source.kind === 'empty') return
  if (source.kind === 'export') return restoreInto(folder, source, signal)
  const from = source.kind === 'copy' ? source.databaseName : source.template
  if (typeof from !== 'string')
    throw new Failure('settings_invalid', 'A template of this server must be the name of a database.')
  const found = await findDatabase(root, from)
  if (!found && source.kind === 'copy') throw new Failure('database_missing', 'The source is not on the server.')
  if (!found) throw new Failure('template_missing', 'There is no database with the template’s name.')
  if (source.kind === 'copy' && (source.identity ?? found.identity) !== found.identity) throw notOurs()
  await copyContent(found.folder, folder, signal)
}

/**
 * The unfinished databases of an instance, up to this run's.
 * @param {string} root
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 */
export const leftoversOf = async (root, { instanceId, epoch }) =>
  (await allDatabases(root)).filter(({ name }) => {
    const found = parsePrivateName(name)
    return found?.instanceId === instanceId && found.epoch <= epoch
  })

/** Removes a database with a name that only we make: the folder first, since the name alone is nothing. */
export async function removeDatabase(
  /** @type {string} */ root,
  /** @type {import('./database.js').Database} */ { name, folder, isLink },
) {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  if (isLink) await unlink(placeOf(root, name))
}

/** Best effort, and only while the job is still ours; whoever runs it next removes what is left. */
async function removeUnfinished(
  /** @type {string} */ root,
  /** @type {string} */ name,
  /** @type {import('@edfi-tenants/provisioner').Operation} */ { fence },
) {
  try {
    await fence()
    const found = await findDatabase(root, name)
    if (found) await removeDatabase(root, found)
  } catch {
    // The error that led here says more.
  }
}
