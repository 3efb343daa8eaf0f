import { operations, pathOf } from '@edfi-tenants/contract'
import { requestServerTest } from '@edfi-tenants/jobs'
import {
  createServer,
  deleteServer,
  listServers,
  lockServer,
  readServer,
  readServerById,
  updateServer,
} from '@edfi-tenants/store'
import { created, noContent, ok } from '../http/answer.js'
import { assertHookHosts, replaceHooks } from '../hooks/hook-input.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { pageOfRows, rowsToRead, textCursor } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { assertServable, manifestOf } from './check-server.js'
import { presentDatabases, presentServer } from './present-server.js'
import { changedServer, changedToCheck, newServer, newToCheck } from './server-input.js'

/** `/v1/database-servers`. */
export const databaseServerRoutes = (parts: Parts): Route[] => [
  route(operations.createDatabaseServer, (call) =>
    changeWith(parts.store, call, async (records) => {
      const manifest = await manifestOf(records, call.body.engine)
      const server = newServer(call.body, manifest)
      assertServable(newToCheck(server), manifest, parts.allowedTargets)
      assertHookHosts(parts.allowedTargets, call.body.hooks)
      const { id } = await createServer(records, server)
      await replaceHooks(records, { table: 'database_servers', id }, call.body.hooks)
      const row = found(await readServerById(records, id))
      return {
        answer: created(pathOf(operations.getDatabaseServer, { name: row.name }), presentServer(row)),
        audit: { target: row.name, details: { engine: row.engine, settings: row.settings } },
      }
    }),
  ),

  route(operations.listDatabaseServers, async ({ query }) => {
    const filter = query.engine === undefined ? {} : { engine: query.engine }
    const rows = await listServers(parts.store, filter, { after: textCursor(query), limit: rowsToRead(query) })
    return ok(pageOfRows(rows, query, presentServer, (row) => row.name))
  }),

  route(operations.getDatabaseServer, async ({ params }) =>
    ok(presentServer(found(await readServer(parts.store, params.name)))),
  ),

  route(operations.updateDatabaseServer, (call) =>
    changeWith(parts.store, call, async (records) => {
      const row = found(await lockServer(records, call.params.name))
      const manifest = await manifestOf(records, row.engine)
      const change = changedServer(row, call.body, manifest, call.actor)
      assertServable(changedToCheck(row, change), manifest, parts.allowedTargets)
      assertHookHosts(parts.allowedTargets, call.body.hooks)
      await replaceHooks(records, { table: 'database_servers', id: row.id }, call.body.hooks)
      const changed = await updateServer(records, row.id, change)
      return {
        answer: ok(presentServer(changed)),
        audit: { target: row.name, details: { fields: Object.keys(call.body) } },
      }
    }),
  ),

  route(operations.deleteDatabaseServer, (call) =>
    changeWith(parts.store, call, async (records) => {
      const row = found(await readServer(records, call.params.name))
      await deleteServer(records, row.id)
      return { answer: noContent, audit: { target: row.name } }
    }),
  ),

  route(operations.testDatabaseServer, async (call) => {
    const row = found(await readServer(parts.store, call.params.name))
    return acceptJob(parts, call, (database) => requestServerTest(database, row, call.origin))
  }),

  route(operations.listServerDatabases, async ({ params, query }) => {
    const row = found(await readServer(parts.store, params.name))
    const after = textCursor(query)
    const databases = presentDatabases(row).filter(({ name }) => after === null || name > after)
    const page = pageOfRows(
      databases,
      query,
      (database) => database,
      ({ name }) => name,
    )
    return ok({ ...page, asOf: row.reportedAt })
  }),
]
