import { adoptDatabase } from './adopt-database.js'
import { registeredConnectionString } from './connection-string.js'
import { countDatabase } from './count-database.js'
import { createDatabase } from './create-database.js'
import { databaseSize } from './database-size.js'
import { dropDatabase } from './drop-database.js'
import { exportDatabase, exportFormats } from './export-database.js'
import { listDatabases } from './list-databases.js'
import { manifest } from './manifest.js'
import { probeDatabases } from './probe-databases.js'
import { releaseDatabase } from './release-database.js'
import { renameDatabase } from './rename-database.js'
import { retireDatabase } from './retire-database.js'
import { reviveDatabase } from './revive-database.js'
import { runScripts } from './run-scripts.js'
import { startDatabase } from './start-database.js'
import { stopDatabase } from './stop-database.js'
import { testServer } from './test-server.js'
import { verifyDatabase } from './verify-database.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner} */
export const provisioner = {
  manifest,
  testServer,
  listDatabases,
  createDatabase,
  dropDatabase,
  stopDatabase,
  startDatabase,
  renameDatabase,
  retireDatabase,
  reviveDatabase,
  adoptDatabase,
  releaseDatabase,
  exportFormats,
  exportDatabase,
  probeDatabases,
  countDatabase,
  runScripts,
  verifyDatabase,
  registeredConnectionString,
  databaseSize,
}
