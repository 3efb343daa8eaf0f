import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { isOwnedBy } from '@edfi-tenants/provisioner'
import { codeOf } from './errors.js'
import { nameOf, placeOf } from './names.js'
import { writeWhole } from './write-whole.js'

/**
 * What stands in the file `about.json` of a database: whose it is, whether it takes connections, and whose. A folder
 * without this file is a database that nobody has marked, open to everybody.
 * @typedef {object} About
 * @property {import('@edfi-tenants/provisioner').Marker | null} marker
 * @property {boolean} open
 * @property {'*' | string[]} logins Who may connect besides the privileged login.
 * @property {'*' | string[]} [retiredFrom] Who could connect before it was retired.
 * @property {boolean} [template]
 */

/**
 * @typedef {object} Database
 * @property {string} name
 * @property {string} folder The folder itself, past a link.
 * @property {boolean} isLink Whether its name is a link of ours into `.data`.
 * @property {string} identity
 * @property {About} about
 * @property {import('@edfi-tenants/provisioner').Marker | null} marker The marker, where it is valid for this very folder.
 */

/** @type {About} */
const unmarked = { marker: null, open: true, logins: '*' }

/**
 * The database of a name; null when there is none, which a link that leads nowhere is too.
 * @param {string} root
 * @param {string} name
 * @returns {Promise<Database | null>}
 */
export async function findDatabase(root, name) {
  try {
    const place = placeOf(root, name)
    const isLink = (await lstat(place)).isSymbolicLink()
    const folder = isLink ? path.resolve(root, await readlink(place)) : place
    // Both outlive a rename, and no copy has them. https://nodejs.org/api/fs.html#statsbirthtimens
    const { ino, birthtimeNs } = await stat(folder, { bigint: true })
    const about = await readAbout(folder)
    const identity = `${ino}.${birthtimeNs}`
    const { marker } = about
    return { name, folder, isLink, identity, about, marker: marker?.identity === identity ? marker : null }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** @param {string} folder @returns {Promise<About>} */
async function readAbout(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, 'about.json'), 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return unmarked
    throw error
  }
}

/** @param {string} folder @param {About} about */
export const writeAbout = (folder, about) => writeWhole(path.join(folder, 'about.json'), JSON.stringify(about))

/**
 * Changes what is said about a database of ours; its marker gets this run's epoch, so that an earlier one is refused.
 * @param {Database} database
 * @param {import('@edfi-tenants/provisioner').Ownership} owner
 * @param {Partial<About>} change
 */
export async function changeAbout({ folder, identity, about, marker }, owner, change) {
  const { installationId, instanceId, epoch } = owner
  const kind = marker?.kind ?? 'instance'
  await writeAbout(folder, { ...about, ...change, marker: { installationId, instanceId, epoch, kind, identity } })
}

/** All databases, by name. @param {string} root @returns {Promise<Database[]>} */
export async function allDatabases(root) {
  const names = (await readdir(root)).map(nameOf).filter((name) => name !== null)
  const found = await Promise.all(names.sort().map((name) => findDatabase(root, name)))
  return found.filter((each) => each !== null)
}

/**
 * Whether a database is this owner's, under no later epoch, and the one on record where that is known.
 * @param {Database | null} found
 * @param {{ owner: import('@edfi-tenants/provisioner').Ownership, identity?: string | undefined }} owned
 * @returns {found is Database}
 */
export const isOurs = (found, { owner, identity }) =>
  found !== null && isOwnedBy(found.marker, owner) && (identity ?? found.identity) === found.identity

/**
 * Throws `database_missing` or `not_our_database`.
 * @param {Database | null} found
 * @param {{ owner: import('@edfi-tenants/provisioner').Ownership, identity?: string | undefined }} owned
 * @returns {Database}
 */
export function ours(found, owned) {
  if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
  if (!isOurs(found, owned)) throw notOurs()
  return found
}

export const notOurs = () =>
  new Failure('not_our_database', 'The database of this name is not the one we made; it was not touched.')

/** What a marker says of whose it is. @param {Database} database */
export const ownerOf = ({ marker }) =>
  marker && { installationId: marker.installationId, instanceId: marker.instanceId, epoch: marker.epoch }
