import { operations, pathOf } from '@edfi-tenants/contract'
import { Failure, isWithinBound } from '@edfi-tenants/core'
import { requestEnvironmentTest } from '@edfi-tenants/jobs'
import {
  createTenant,
  deleteTenant,
  listTenants,
  readEnvironmentById,
  readTenant,
  updateTenant,
} from '@edfi-tenants/store'
import { created, noContent, ok } from '../http/answer.js'
import { replaceHooks } from '../hooks/hook-input.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { pageOfRows, rowsToRead, textCursor } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { presentTenant } from './present-tenant.js'
import { assertServer, assertTenantHooks, environmentOf, noSettings, tenantSettings } from './tenant-input.js'

/** `/v1/tenants`. */
export const tenantRoutes = (parts: Parts): Route[] => [
  route(operations.createTenant, (call) => {
    const { name, adminTenant, environment } = call.body
    // Said before anything is looked up, so it tells nothing of the tenants that there are.
    if (!isWithinBound(call.actor.tenants, name))
      throw new Failure('outside_grant', `Your client is not bound to a tenant "${name}".`)
    // Whose instances a tenant sees in Admin API is decided by this name.
    if (adminTenant !== undefined && !isWithinBound(call.actor.tenants, adminTenant))
      throw new Failure('outside_grant', `Your client is not bound to a tenant "${adminTenant}".`)
    assertTenantHooks(parts.allowedTargets, call.actor, call.body.hooks)
    return changeWith(parts.store, call, async (records) => {
      const { id: environmentId } = await environmentOf(records, environment)
      await assertServer(records, name, call.body.defaults?.server)
      const settings = { ...noSettings, ...tenantSettings(call.body) }
      await createTenant(records, { name, environmentId, adminTenant: adminTenant ?? name, ...settings })
      await replaceHooks(records, { table: 'tenants', name }, call.body.hooks)
      const row = found(await readTenant(records, name, '*'))
      return {
        answer: created(pathOf(operations.getTenant, { name: row.name }), presentTenant(row)),
        audit: { tenant: row.name, target: row.name, details: { environment: row.environment } },
      }
    })
  }),

  route(operations.listTenants, async ({ actor, query }) => {
    const page = { after: textCursor(query), limit: rowsToRead(query), bound: actor.tenants }
    const filter = query.environment === undefined ? {} : { environment: query.environment }
    const rows = await listTenants(parts.store, filter, page)
    return ok(pageOfRows(rows, query, presentTenant, (row) => row.name))
  }),

  route(operations.getTenant, async ({ actor, params }) =>
    ok(presentTenant(found(await readTenant(parts.store, params.name, actor.tenants)))),
  ),

  route(operations.updateTenant, (call) => {
    assertTenantHooks(parts.allowedTargets, call.actor, call.body.hooks)
    return changeWith(parts.store, call, async (records) => {
      const { name } = found(await readTenant(records, call.params.name, call.actor.tenants))
      await assertServer(records, name, call.body.defaults?.server)
      await replaceHooks(records, { table: 'tenants', name }, call.body.hooks)
      const changed = await updateTenant(records, name, tenantSettings(call.body))
      return {
        answer: ok(presentTenant(changed)),
        audit: { tenant: name, target: name, details: { fields: Object.keys(call.body) } },
      }
    })
  }),

  route(operations.deleteTenant, (call) =>
    changeWith(parts.store, call, async (records) => {
      const { name } = found(await readTenant(records, call.params.name, call.actor.tenants))
      await deleteTenant(records, name)
      return { answer: noContent, audit: { tenant: name, target: name } }
    }),
  ),

  route(operations.testTenant, async (call) => {
    const tenant = found(await readTenant(parts.store, call.params.name, call.actor.tenants))
    const environment = found(await readEnvironmentById(parts.store, tenant.environmentId))
    return acceptJob(parts, call, (database) => requestEnvironmentTest(database, environment, tenant, call.origin))
  }),
]
