import { operations, pathOf } from '@edfi-tenants/contract'
import { requestEnvironmentTest } from '@edfi-tenants/jobs'
import {
  createEnvironment,
  deleteEnvironment,
  listEnvironments,
  lockEnvironment,
  readEnvironment,
  readEnvironmentById,
  updateEnvironment,
} from '@edfi-tenants/store'
import { created, noContent, ok } from '../http/answer.js'
import { assertHookHosts, replaceHooks } from '../hooks/hook-input.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { pageOfRows, rowsToRead, textCursor } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { assertAllowedHosts, changedEnvironment, newEnvironment } from './environment-input.js'
import { presentEnvironment } from './present-environment.js'

/** `/v1/environments`. */
export const environmentRoutes = (parts: Parts): Route[] => [
  route(operations.createEnvironment, (call) => {
    assertAllowedHosts(parts.allowedTargets, call.body)
    assertHookHosts(parts.allowedTargets, call.body.hooks)
    return changeWith(parts.store, call, async (records) => {
      const { id } = await createEnvironment(records, newEnvironment(call.body))
      await replaceHooks(records, { table: 'environments', id }, call.body.hooks)
      const row = found(await readEnvironmentById(records, id))
      return {
        answer: created(pathOf(operations.getEnvironment, { name: row.name }), presentEnvironment(row)),
        audit: { target: row.name, details: { adminApiUrl: row.adminApiUrl } },
      }
    })
  }),

  route(operations.listEnvironments, async ({ query }) => {
    const rows = await listEnvironments(parts.store, { after: textCursor(query), limit: rowsToRead(query) })
    return ok(pageOfRows(rows, query, presentEnvironment, (row) => row.name))
  }),

  route(operations.getEnvironment, async ({ params }) =>
    ok(presentEnvironment(found(await readEnvironment(parts.store, params.name)))),
  ),

  route(operations.updateEnvironment, (call) => {
    assertAllowedHosts(parts.allowedTargets, call.body)
    assertHookHosts(parts.allowedTargets, call.body.hooks)
    return changeWith(parts.store, call, async (records) => {
      const row = found(await lockEnvironment(records, call.params.name))
      await replaceHooks(records, { table: 'environments', id: row.id }, call.body.hooks)
      const changed = await updateEnvironment(records, row.id, changedEnvironment(row, call.body))
      return {
        answer: ok(presentEnvironment(changed)),
        audit: { target: row.name, details: { fields: Object.keys(call.body) } },
      }
    })
  }),

  route(operations.deleteEnvironment, (call) =>
    changeWith(parts.store, call, async (records) => {
      const row = found(await readEnvironment(records, call.params.name))
      await deleteEnvironment(records, row.id)
      return { answer: noContent, audit: { target: row.name } }
    }),
  ),

  route(operations.testEnvironment, async (call) => {
    const row = found(await readEnvironment(parts.store, call.params.name))
    return acceptJob(parts, call, (database) => requestEnvironmentTest(database, row, null, call.origin))
  }),
]
