import { onServer, knownLogin } from './connect.js'
import { findDatabase } from './database.js'
import { readDatabases } from './list-databases.js'

/** @typedef {import('@edfi-tenants/provisioner').ServerCheck} ServerCheck */

/** @type {import('@edfi-tenants/provisioner').Provisioner['testServer']} */
export const testServer = (server, { templates, registeredLogin }, operation) =>
  onServer(server, operation, async (root) => {
    /** @type {ServerCheck[]} */
    const checks = [{ name: 'reach', ok: true, detail: 'The root is there, and the login is known.' }]
    if (registeredLogin) checks.push(await checkLogin(root, registeredLogin))
    for (const [name, template] of Object.entries(templates)) checks.push(await checkTemplate(root, name, template))
    return { serverVersion: 'folders 1', checks, databases: await readDatabases(root) }
  })

/** @param {string} root @param {import('@edfi-tenants/provisioner').Login} login @returns {Promise<ServerCheck>} */
async function checkLogin(root, login) {
  const known = await knownLogin(root, login)
  const name = 'registered-login'
  if (known) return { name, ok: true, detail: 'The login can sign in.' }
  return { name, ok: false, detail: 'The login is refused.', remedy: 'Write it with make-server.js, or correct it.' }
}

/** @returns {Promise<ServerCheck>} */
async function checkTemplate(
  /** @type {string} */ root,
  /** @type {string} */ key,
  /** @type {import('@edfi-tenants/core').Json} */ template,
) {
  const name = `template:${key}`
  if (typeof template === 'string' && (await findDatabase(root, template)))
    return { name, ok: true, detail: 'The template is there.' }
  return { name, ok: false, detail: 'There is no such database.', remedy: 'Names differ by upper and lower case.' }
}
