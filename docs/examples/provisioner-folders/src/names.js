import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { assertIdentifier } from '@edfi-tenants/provisioner'

/** Percent signs triple a byte, and a file's name has at most 255. */
const maxBytes = 80

/** Throws `validation_failed` for what cannot be the name of a database. @param {string} name */
export function assertName(name) {
  assertIdentifier(name, maxBytes)
  if (/\p{Surrogate}/u.test(name)) throw new Failure('validation_failed', 'The name is not well-formed Unicode.')
}

/**
 * The name of a database as the name of a file: whatever could mean something to a file system is encoded, a dot too, so
 * that nothing leads out of the root and nothing is hidden.
 * @param {string} name
 */
export const fileName = (name) =>
  encodeURIComponent(name).replace(
    /[.!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )

/** The name that a file stands for; null when no name is written like this. @param {string} file */
export function nameOf(file) {
  try {
    const name = decodeURIComponent(file)
    return fileName(name) === file ? name : null
  } catch {
    return null
  }
}

/** Where a database of this name is. @param {string} root @param {string} name */
export const placeOf = (root, name) => path.join(root, fileName(name))

/** Where the folders are that the links below the root lead to. @param {string} root */
export const dataFolder = (root) => path.join(root, '.data')
