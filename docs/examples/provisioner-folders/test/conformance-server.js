import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { makeServer } from '../make-server.js'
import { signIn } from '../src/logins.js'
import { findDatabase, allDatabases } from '../src/database.js'
import { placeOf } from '../src/names.js'
import { openSession } from '../src/sessions.js'

const admin = { username: 'admin', password: 'Admin-Pass-31fa' }
const login = { username: 'ods_api', password: 'App-Pass-90cd' }
const template = 'EdFi_Ods_Minimal_Template'

/**
 * A server for the conformance suite, in a folder of its own.
 * @returns {Promise<import('@edfi-tenants/provisioner/conformance').ConformanceServer>}
 */
export async function foldersForConformance() {
  const root = await mkdtemp(path.join(os.tmpdir(), 'folders-'))
  await makeServer(root, { admin, shared: login, template })
  const makeFolder = (/** @type {string} */ name) => mkdir(placeOf(root, name))
  return {
    server: { id: 'conformance', name: 'conformance', settings: { root }, credentials: admin },
    unreachable: { root: path.join(root, 'not-there') },
    template,
    missingTemplate: 'No_Such_Template',
    login,
    listRaw: async () => (await allDatabases(root)).map(({ name }) => name),
    createForeign: makeFolder,
    createUnmarked: makeFolder,
    dropForeign: (name) => rm(placeOf(root, name), { recursive: true }),
    copyWithMarker: async (from, to) => {
      const source = await findDatabase(root, from)
      await cp(source?.folder ?? '', placeOf(root, to), { recursive: true })
    },
    openSession: (database) => openSession(root, database, login),
    canConnect: async (as, database) => {
      if (database === undefined) return (await signIn(root, as)) !== null
      const session = await openSession(root, database, as).catch(() => null)
      await session?.close()
      return session !== null
    },
    sql: {
      addStudent: 'insert student {"studentuniqueid": {"$parameter": "studentUniqueId"}, "firstname": "Ada"}',
      failOnLine3: '# no such table\n\ninsert nowhere {}',
      verified: 'expect student 1',
      notVerified: 'expect school 1',
      finding: 'rows descriptor',
      noFinding: 'rows student studentuniqueid=nobody',
    },
    stop: () => rm(root, { recursive: true, force: true }),
  }
}
