import {
  checkDatabaseServerChange,
  checkDatabaseServerRequest,
  databaseServerChange,
  databaseServerListQuery,
  databaseServerPage,
  databaseServerRequest,
  databaseServerSchema,
  serverDatabasePage,
} from '../database-servers.js'
import {
  databaseServerExample,
  databaseServerRequestExamples,
  serverDatabasesExample,
} from '../examples/database-servers.js'
import { serverTestJobExample } from '../examples/jobs.js'
import { jobAccepted } from '../jobs.js'
import { defineOperation } from '../operation.js'
import { pageParameters } from '../paging.js'
import { closed } from '../schema.js'
import { acceptedHeaders, byName } from './parameters.js'

const found = { description: 'The database server.', schema: databaseServerSchema, example: databaseServerExample }

/** `/v1/database-servers`. They serve several tenants, so only clients bound to `*` see them. */
export const databaseServerOperations = {
  createDatabaseServer: defineOperation({
    id: 'createDatabaseServer',
    method: 'post',
    path: '/v1/database-servers',
    summary: 'Add a database server',
    description:
      '`settings` and `templates` are also checked against the schemas that the provisioner has published. `registeredCredentials` go with `registeredLogin: "shared"` and only with it.',
    tag: 'Database servers',
    scope: 'servers:manage',
    anyTenantOnly: true,
    body: databaseServerRequest,
    bodyExamples: databaseServerRequestExamples,
    check: checkDatabaseServerRequest,
    idempotent: true,
    responses: { 201: { ...found, headers: ['Location'] } },
    problems: [
      'name_taken',
      'provisioner_unknown',
      'credentials_required',
      'target_host_refused',
      'not_supported',
      'unknown_tenant',
    ],
  }),
  listDatabaseServers: defineOperation({
    id: 'listDatabaseServers',
    method: 'get',
    path: '/v1/database-servers',
    summary: 'List database servers',
    tag: 'Database servers',
    scope: 'read',
    anyTenantOnly: true,
    query: databaseServerListQuery,
    responses: {
      200: {
        description: 'A page of database servers.',
        schema: databaseServerPage,
        example: { items: [databaseServerExample], nextCursor: null },
      },
    },
    problems: [],
  }),
  getDatabaseServer: defineOperation({
    id: 'getDatabaseServer',
    method: 'get',
    path: '/v1/database-servers/{name}',
    summary: 'Get a database server',
    tag: 'Database servers',
    scope: 'read',
    anyTenantOnly: true,
    params: byName,
    responses: { 200: found },
    problems: [],
  }),
  updateDatabaseServer: defineOperation({
    id: 'updateDatabaseServer',
    method: 'patch',
    path: '/v1/database-servers/{name}',
    summary: 'Change a database server',
    description:
      '`settings` and `templates` are replaced as a whole. A change of host, port or TLS needs `credentials` (and `registeredCredentials` where they are shared) in the same request.',
    tag: 'Database servers',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    body: databaseServerChange,
    bodyExamples: { concurrency: { maxConcurrency: 8 }, everyTenant: { tenants: null } },
    check: checkDatabaseServerChange,
    responses: { 200: found },
    problems: ['credentials_required', 'target_host_refused', 'provisioner_unknown', 'not_supported', 'unknown_tenant'],
  }),
  deleteDatabaseServer: defineOperation({
    id: 'deleteDatabaseServer',
    method: 'delete',
    path: '/v1/database-servers/{name}',
    summary: 'Remove a database server',
    description: 'Forgets the server; nothing on it is touched.',
    tag: 'Database servers',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    idempotent: true,
    responses: { 204: { description: 'Removed.' } },
    problems: ['still_in_use'],
  }),
  testDatabaseServer: defineOperation({
    id: 'testDatabaseServer',
    method: 'post',
    path: '/v1/database-servers/{name}/test',
    summary: 'Test a database server',
    description: 'Starts a job `server.test`: reaching it, rights, version, templates. Changes nothing.',
    tag: 'Database servers',
    scope: 'servers:manage',
    anyTenantOnly: true,
    params: byName,
    idempotent: true,
    responses: {
      202: {
        description: 'The job.',
        schema: jobAccepted,
        example: { job: serverTestJobExample },
        headers: acceptedHeaders,
      },
    },
    problems: [],
  }),
  listServerDatabases: defineOperation({
    id: 'listServerDatabases',
    method: 'get',
    path: '/v1/database-servers/{name}/databases',
    summary: 'List the databases of a server',
    description: 'As the last server test saw them; the engine’s own are left out.',
    tag: 'Database servers',
    scope: 'read',
    anyTenantOnly: true,
    params: byName,
    query: closed(pageParameters),
    responses: {
      200: { description: 'A page of databases.', schema: serverDatabasePage, example: serverDatabasesExample },
    },
    problems: [],
  }),
}
