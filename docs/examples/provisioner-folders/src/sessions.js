import { randomUUID } from 'node:crypto'
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { knownLogin } from './connect.js'
import { findDatabase } from './database.js'
import { codeOf } from './errors.js'
import { placeOf } from './names.js'

/** @param {string} folder */
const sessionsOf = (folder) => path.join(folder, 'sessions')

/**
 * Opens a session, as every client of such a server does: a file that the server takes away to end it. The file comes
 * first and the look at the door after: whoever closes the door first and then ends the sessions misses nobody.
 * @param {string} root
 * @param {string} name
 * @param {import('@edfi-tenants/provisioner').Login} login
 */
export async function openSession(root, name, login) {
  const known = await knownLogin(root, login)
  if (!known) throw new Failure('registered_login_failed', 'User or password are wrong.')
  const file = path.join(sessionsOf(placeOf(root, name)), randomUUID())
  const close = () => rm(file, { force: true })
  if (!(await findDatabase(root, name))) throw new Failure('database_missing', 'There is no database of this name.')
  try {
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, '')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new Failure('database_missing', 'The database has gone.', { cause: error })
    throw error
  }
  const database = await findDatabase(root, name)
  const { about } = database ?? {}
  if (!database || !about?.open || !mayEnter(about.logins, known)) {
    await close()
    throw new Failure('registered_login_failed', 'The database accepts no connections, or none of this login.')
  }
  return {
    folder: database.folder,
    close,
    isOpen: () =>
      access(file).then(
        () => true,
        () => false,
      ),
  }
}

/** @param {'*' | string[]} logins @param {import('./logins.js').KnownLogin} login */
const mayEnter = (logins, { username, privileged }) => privileged || logins === '*' || logins.includes(username)

/**
 * Runs work in a session, with the database's folder.
 * @template Value
 * @param {string} root
 * @param {string} name
 * @param {import('@edfi-tenants/provisioner').Login} login
 * @param {(folder: string) => Promise<Value>} work
 */
export async function withSession(root, name, login, work) {
  const session = await openSession(root, name, login)
  try {
    return await work(session.folder)
  } finally {
    await session.close()
  }
}

/** How many sessions there are. @param {string} folder */
export const countSessions = async (folder) => (await sessionFiles(folder)).length

/** Ends all sessions there are now; the door has to be closed before. @param {string} folder */
export async function endSessions(folder) {
  const files = await sessionFiles(folder)
  await Promise.all(files.map((file) => rm(path.join(sessionsOf(folder), file), { force: true })))
  return files.length
}

/** @param {string} folder */
const sessionFiles = (folder) =>
  readdir(sessionsOf(folder)).catch((error) => {
    if (codeOf(error) === 'ENOENT') return /** @type {string[]} */ ([])
    throw error
  })
