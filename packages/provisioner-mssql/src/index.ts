import type { Provisioner } from '@edfi-tenants/provisioner'
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

/** SQL Server 2019 and later: instances are restored backups of a template. */
export const provisioner: Provisioner = {
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

// What the provisioners of clouds that run SQL Server build on.
export * from './authentication.js'
export * from './catalogue.js'
export * from './check-registered-login.js'
export * from './connect.js'
export * from './errors.js'
export * from './grant-rights.js'
export * from './instance-lock.js'
export { ownerOf, readDatabases } from './list-databases.js'
export * from './marker.js'
export * from './own-database.js'
export * from './patiently.js'
export * from './quote.js'
export { optionNamePattern, optionValuePattern } from './registered-options.js'
export { readSettings, type Settings } from './settings.js'
export { readTemplate, type CopyWork } from './copy-source.js'
export { readFacts, serverChecks, type Facts } from './test-server.js'
export { ownWays, type Ways } from './ways.js'
export { createDatabase, dropDatabase, renameDatabase, retireDatabase, reviveDatabase }
