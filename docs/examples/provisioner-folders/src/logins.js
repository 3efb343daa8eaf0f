import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from './write-whole.js'

/** @typedef {{ username: string, salt: string, hash: string, privileged: boolean }} KnownLogin */

const file = '.logins.json'

/** Cheap, because every operation signs in; an example's passwords are not worth more. @param {string} password @param {string} salt */
const hashOf = (password, salt) => scryptSync(password, salt, 32, { N: 1024 })

/**
 * Writes the logins of a server.
 * @param {string} root
 * @param {(import('@edfi-tenants/provisioner').Login & { privileged: boolean })[]} logins
 */
export async function writeLogins(root, logins) {
  const known = logins.map(({ username, password, privileged }) => {
    const salt = randomBytes(16).toString('hex')
    return { username, salt, hash: hashOf(password, salt).toString('hex'), privileged }
  })
  await writeWhole(path.join(root, file), JSON.stringify(known))
}

/**
 * Who signs in; null when there is no such login or the password is another. Throws ENOENT when there is no server.
 * @param {string} root
 * @param {import('@edfi-tenants/provisioner').Login} login
 * @returns {Promise<KnownLogin | null>}
 */
export async function signIn(root, { username, password }) {
  /** @type {KnownLogin[]} */
  const known = JSON.parse(await readFile(path.join(root, file), 'utf8'))
  const found = known.find((each) => each.username === username)
  if (!found) return null
  return timingSafeEqual(hashOf(password, found.salt), Buffer.from(found.hash, 'hex')) ? found : null
}
