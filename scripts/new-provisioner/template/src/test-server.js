import { onServer } from './connect.js'
import { presentDatabases } from './list-databases.js'

/**
 * Add a check for every right that the operations need, with what to do about it in `remedy`, and one named
 * `registered-login` that signs in with `registeredLogin` where it is given.
 * @type {import('@edfi-tenants/provisioner').Provisioner['testServer']}
 */
export const testServer = (server, { templates }, operation) =>
  onServer(server, operation, async (session) => {
    const databases = await presentDatabases(session)
    const checks = Object.entries(templates).map(([key, template]) => {
      const name = `template:${key}`
      if (databases.some((database) => database.name === template))
        return { name, ok: true, detail: 'The template is there.' }
      return { name, ok: false, detail: 'There is no such database.', remedy: 'Correct the name in `templates`.' }
    })
    const reach = { name: 'reach', ok: true, detail: 'Connected.' }
    return { serverVersion: await session.version(), checks: [reach, ...checks], databases }
  })
