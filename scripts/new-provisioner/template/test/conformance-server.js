import { notWritten } from '../src/not-written.js'

const login = { username: 'ods_api', password: 'App-Pass-77aa' }

/** @param {string} what @param {string} guidance */
const missing = (what, guidance) => () => Promise.reject(notWritten(`${what} in test/conformance-server.js`, guidance))

/**
 * A server that is the suite's alone, and what looks at it and meddles with it past the provisioner: start one here, make
 * the two logins and the template, and fill in the rest with your driver.
 * @returns {Promise<import('@edfi-tenants/provisioner/conformance').ConformanceServer>}
 */
export async function startServer() {
  return {
    server: {
      id: 'conformance',
      name: 'conformance',
      settings: { host: '127.0.0.1', port: 5432 },
      // The least rights that you ask for.
      credentials: { username: 'tenant_admin', password: 'Admin-Pass-8c1f' },
    },
    template: 'EdFi_Ods_Minimal_Template',
    missingTemplate: 'No_Such_Template',
    login,
    listRaw: missing('listRaw', 'the names of all databases.'),
    createForeign: missing('createForeign', 'make an empty database as somebody else would.'),
    createUnmarked: missing('createUnmarked', 'make an empty database as the privileged login would.'),
    dropForeign: missing('dropForeign', 'drop a database, whoever is on it.'),
    copyWithMarker: missing('copyWithMarker', 'copy a database with what the provisioner wrote into it.'),
    openSession: missing('openSession', 'open a session on a database, as ODS/API would.'),
    canConnect: missing('canConnect', 'whether a login is able to connect.'),
    sql: {
      addStudent: 'a script that adds the student whose unique id is the parameter studentUniqueId',
      failOnLine3: 'a script\n\nthat fails here',
      verified: 'a query that answers (name, ok, detail): all is well',
      notVerified: 'the same: something is missing',
      finding: 'a query that answers with rows',
      noFinding: 'a query that answers with none',
    },
  }
}
