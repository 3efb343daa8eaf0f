import type { Provisioner } from '@edfi-tenants/provisioner'
import {
  createDatabase,
  dropDatabase,
  provisioner as sqlServer,
  renameDatabase,
  retireDatabase,
  reviveDatabase,
} from '@edfi-tenants/provisioner-mssql'
import { manifest } from './manifest.js'
import { assertFree } from './reserved-name.js'
import { startDatabase, stopDatabase } from './stop-database.js'
import { testServer } from './test-server.js'
import { rdsWays } from './ways.js'

/** SQL Server on Amazon RDS: SQL Server, but for what RDS does by procedures of its own. */
export const provisioner: Provisioner = {
  ...sqlServer,
  manifest,
  testServer,
  createDatabase: async (server, request, operation) => {
    assertFree(request.databaseName)
    return createDatabase(server, request, operation, rdsWays)
  },
  dropDatabase: (server, request, operation) => dropDatabase(server, request, operation, rdsWays),
  stopDatabase,
  startDatabase,
  renameDatabase: async (server, request, operation) => {
    assertFree(request.to)
    return renameDatabase(server, request, operation, rdsWays)
  },
  retireDatabase: (server, request, operation) => retireDatabase(server, request, operation, rdsWays),
  reviveDatabase: (server, request, operation) => reviveDatabase(server, request, operation, rdsWays),
  adoptDatabase: async (server, request, operation) => {
    assertFree(request.databaseName)
    return sqlServer.adoptDatabase(server, request, operation)
  },
}
