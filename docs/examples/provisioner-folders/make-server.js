import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { coreTables, countedTables } from './src/counted-tables.js'
import { writeLogins } from './src/logins.js'
import { dataFolder, placeOf } from './src/names.js'
import { writeAbout } from './src/database.js'
import { writeContent } from './src/tables.js'

/**
 * Makes a folder a database server: the privileged login, the one that instances share, and a template with the tables of
 * an ODS.
 * @param {string} root
 * @param {{ admin: import('@edfi-tenants/provisioner').Login, shared: import('@edfi-tenants/provisioner').Login, template: string }} wished
 */
export async function makeServer(root, { admin, shared, template }) {
  await mkdir(dataFolder(root), { recursive: true })
  const place = placeOf(root, template)
  await mkdir(place, { recursive: true })
  await writeAbout(place, { marker: null, open: true, logins: [], template: true })
  const names = new Set([...coreTables, ...Object.values(countedTables).flat()])
  names.delete('parent')
  const descriptors = Array.from({ length: 3_000 }, (_, id) => ({
    descriptorid: id + 1,
    namespace: 'uri://ed-fi.org/ExampleDescriptor',
    codevalue: `Example ${id + 1}`,
  }))
  await writeContent(place, {
    odsVersion: '7.3',
    dataStandard: '5.2.0',
    tables: { ...Object.fromEntries([...names].map((name) => [name, []])), descriptor: descriptors },
  })
  await writeLogins(root, [
    { ...admin, privileged: true },
    { ...shared, privileged: false },
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [root, adminPassword, sharedPassword] = process.argv.slice(2)
  if (!root || !adminPassword || !sharedPassword) {
    process.stderr.write('node make-server.js ROOT ADMIN_PASSWORD SHARED_PASSWORD\n')
    process.exit(2)
  }
  await makeServer(path.resolve(root), {
    admin: { username: 'admin', password: adminPassword },
    shared: { username: 'ods_api', password: sharedPassword },
    template: 'EdFi_Ods_Minimal_Template',
  })
}
