import type { Provisioner } from '@edfi-tenants/provisioner'
import { registeredConnectionString } from './connection-string.js'
import { createDatabase } from './create-database.js'
import { databaseSize } from './database-size.js'
import { dropDatabase } from './drop-database.js'
import { listDatabases } from './list-databases.js'
import { manifest } from './manifest.js'
import { testServer } from './test-server.js'
import { verifyDatabase } from './verify-database.js'

/** PostgreSQL 13 and later: instances are copies of a template database. */
export const provisioner: Provisioner = {
  manifest,
  testServer,
  listDatabases,
  createDatabase,
  dropDatabase,
  verifyDatabase,
  registeredConnectionString,
  databaseSize,
}
