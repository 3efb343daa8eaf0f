import { Failure } from '@edfi-tenants/core'
import { assertNotStopped, codeOf, translate } from './errors.js'
import { signIn } from './logins.js'
import { readSettings } from './settings.js'

/**
 * Signs the privileged login in, runs the work with the server's root, and translates what it throws.
 * @template Value
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @param {import('@edfi-tenants/provisioner').Operation} operation
 * @param {(root: string) => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function onServer(server, { signal }, work) {
  try {
    assertNotStopped(signal)
    const { root } = readSettings(server)
    const login = await knownLogin(root, server.credentials)
    if (!login?.privileged) throw new Failure('server_login_failed', 'User or password of the server are wrong.')
    return await work(root)
  } catch (error) {
    throw translate(error)
  }
}

/**
 * Who a login is; null when it is refused. Fails with `server_unreachable` when there is no such server.
 * @param {string} root
 * @param {import('@edfi-tenants/provisioner').Login} login
 */
export async function knownLogin(root, login) {
  try {
    return await signIn(root, login)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error
    throw new Failure('server_unreachable', 'The root is not there, or nobody has prepared it.', {
      retryable: true,
      cause: error,
    })
  }
}
