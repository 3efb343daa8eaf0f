import type { Provisioner } from '@edfi-tenants/provisioner'
import { provisioner as sqlServer } from '@edfi-tenants/provisioner-mssql'
import { createDatabase } from './create-database.js'
import { databaseSize } from './database-size.js'
import { dropDatabase } from './drop-database.js'
import { exportDatabase, exportFormats } from './export-database.js'
import { manifest } from './manifest.js'
import { probeDatabases } from './probe-databases.js'
import { renameDatabase } from './rename-database.js'
import { retireDatabase } from './retire-database.js'
import { reviveDatabase } from './revive-database.js'
import { asSqlServer } from './settings.js'
import { startDatabase } from './start-database.js'
import { stopDatabase } from './stop-database.js'
import { testServer } from './test-server.js'

/**
 * Azure SQL Database: instances are copies of a template database, made by the service in its own time. What happens
 * inside a database is as on SQL Server; the rest differs.
 */
export const provisioner: Provisioner = {
  manifest,
  testServer,
  listDatabases: (server, operation) => sqlServer.listDatabases(asSqlServer(server), operation),
  createDatabase,
  dropDatabase,
  stopDatabase,
  startDatabase,
  renameDatabase,
  retireDatabase,
  reviveDatabase,
  adoptDatabase: (server, request, operation) => sqlServer.adoptDatabase(asSqlServer(server), request, operation),
  releaseDatabase: (server, request, operation) => sqlServer.releaseDatabase(asSqlServer(server), request, operation),
  exportFormats,
  exportDatabase,
  probeDatabases,
  countDatabase: (server, request, operation) => sqlServer.countDatabase(asSqlServer(server), request, operation),
  runScripts: (server, request, operation) => sqlServer.runScripts(asSqlServer(server), request, operation),
  verifyDatabase: (server, request, operation) => sqlServer.verifyDatabase(asSqlServer(server), request, operation),
  registeredConnectionString: (server, request) => sqlServer.registeredConnectionString(asSqlServer(server), request),
  databaseSize,
}
