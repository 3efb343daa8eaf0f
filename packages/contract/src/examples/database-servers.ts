import type { DatabaseServer, DatabaseServerRequest, ServerDatabasePage } from '../database-servers.js'
import { instanceId } from './ids.js'

const postgresql: DatabaseServerRequest = {
  name: 'postgres-01',
  engine: 'postgresql',
  settings: { host: 'postgres-01.example.org', port: 5432, tls: { mode: 'require' } },
  credentials: { username: 'tenant_management', passwordFrom: 'env:TM_SECRET_POSTGRES_01' },
  registeredLogin: 'perInstance',
  templates: { minimal: 'EdFi_Ods_Minimal_Template', populated: 'EdFi_Ods_Populated_Template' },
  maxConcurrency: 4,
}

const mssql: DatabaseServerRequest = {
  name: 'sql-01',
  engine: 'mssql',
  settings: { host: 'sql-01.example.org', port: 1433, encrypt: true },
  credentials: { username: 'tenant_management', password: 'a secret of your choice' },
  registeredLogin: 'shared',
  registeredCredentials: { username: 'ods_api', passwordFrom: 'file:ods-api-password' },
  templates: { minimal: { backup: '/backups/EdFi_Ods_Minimal_Template.bak' } },
  tenants: ['district-255901'],
  maxInstances: 200,
}

/** Requests for database servers of two engines. */
export const databaseServerRequestExamples = { postgresql, mssql }

/** The answer to the first. */
export const databaseServerExample: DatabaseServer = {
  name: 'postgres-01',
  engine: 'postgresql',
  databaseEngine: 'PostgreSql',
  settings: { host: 'postgres-01.example.org', port: 5432, tls: { mode: 'require' } },
  credentials: { username: 'tenant_management', passwordFrom: 'env:TM_SECRET_POSTGRES_01' },
  registeredLogin: 'perInstance',
  registeredCredentials: null,
  templates: { minimal: 'EdFi_Ods_Minimal_Template', populated: 'EdFi_Ods_Populated_Template' },
  tenants: [],
  maxConcurrency: 4,
  maxInstances: null,
  pool: null,
  workerPool: 'default',
  hooks: [],
  report: {
    serverVersion: '16.4',
    checks: [{ name: 'connect', ok: true, detail: 'Connected in 12 ms over TLS 1.3.' }],
  },
  reportedAt: '2026-07-01T08:11:00.000Z',
  createdAt: '2026-07-01T08:10:00.000Z',
  updatedAt: '2026-07-01T08:10:00.000Z',
}

/** Databases of a server. */
export const serverDatabasesExample: ServerDatabasePage = {
  items: [
    {
      name: 'EdFi_Ods_Minimal_Template',
      instanceId: null,
      isTemplate: true,
      allowsConnections: false,
      sizeBytes: 61_054_976,
    },
    {
      name: 'EdFi_Ods_district_255901_Grand_Bend_2026',
      instanceId,
      isTemplate: false,
      allowsConnections: true,
      sizeBytes: 61_276_160,
    },
  ],
  nextCursor: null,
  asOf: '2026-07-01T08:11:00.000Z',
}
