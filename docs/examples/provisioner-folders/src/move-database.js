import { randomUUID } from 'node:crypto'
import { readdir, readlink, rename, stat, symlink, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { codeOf } from './errors.js'
import { tryLock } from './instance-lock.js'
import { dataFolder, fileName, placeOf } from './names.js'

/**
 * A name is a link, because making a link refuses whatever has the name, an empty folder too, while rename(2) replaces an
 * empty folder. The link leads to a folder that is not there yet: it takes the name and is no database. Then one rename
 * of the folder makes the new name lead to it and the old one nowhere.
 * https://pubs.opengroup.org/onlinepubs/9799919799/functions/symlink.html
 * @param {string} root
 * @param {import('./database.js').Database} database
 * @param {string} to
 * @param {string} instanceId Whose lock is held.
 * @returns {Promise<string>} The folder, where it is now.
 */
export async function moveDatabase(root, database, to, instanceId) {
  const folder = await takeName(root, to, instanceId)
  try {
    await rename(database.folder, folder)
  } catch (error) {
    await unlink(placeOf(root, to))
    throw error
  }
  if (database.isLink) await unlink(placeOf(root, database.name))
  return folder
}

/**
 * Takes a name for a folder that is yet to come, and says where that has to be. Fails with `database_name_taken`.
 * @param {string} root
 * @param {string} name
 * @param {string} instanceId
 */
export async function takeName(root, name, instanceId) {
  const data = `${instanceId}.${randomUUID()}`
  const target = path.join(path.basename(dataFolder(root)), data)
  for (let tries = 0; ; tries++) {
    try {
      await symlink(target, placeOf(root, name), 'junction')
      return path.join(root, target)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      if (tries > 0 || !(await isAbandoned(root, name)))
        throw new Failure('database_name_taken', 'Another database has this name; it was not touched.', {
          cause: error,
        })
    }
  }
}

/** Removes a name that another instance took and died with. Whoever holds that instance's lock still wants it. */
async function isAbandoned(/** @type {string} */ root, /** @type {string} */ name) {
  const owner = await danglingOwner(root, fileName(name))
  const release = owner === null ? null : await tryLock(root, owner)
  if (owner === null || !release) return false
  try {
    await removeAbandonedNames(root, owner)
    return true
  } finally {
    await release()
  }
}

/**
 * Removes the names of an instance that lead nowhere, which a run left that died in between. Its lock must be held.
 * @param {string} root
 * @param {string} instanceId
 */
export async function removeAbandonedNames(root, instanceId) {
  for (const file of await readdir(root))
    if ((await danglingOwner(root, file)) === instanceId) await unlink(path.join(root, file))
}

/** Whose link this is, if it is one of ours and leads nowhere. */
async function danglingOwner(/** @type {string} */ root, /** @type {string} */ file) {
  const target = await readlink(path.join(root, file)).catch(() => null)
  const [, owner] = /^\.data[\\/]([^.]+)\./.exec(target ?? '') ?? []
  if (owner === undefined) return null
  return stat(path.join(root, file)).then(
    () => null,
    (error) => (codeOf(error) === 'ENOENT' ? owner : null),
  )
}
