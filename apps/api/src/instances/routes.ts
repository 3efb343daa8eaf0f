import { operations } from '@edfi-tenants/contract'
import { listInstances, readInstance, readUptimes, type InstanceRow } from '@edfi-tenants/store'
import { presentHealth } from '../health/present-health.js'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { changeInstance } from './change-instance.js'
import { createInstance } from './create-instance.js'
import { presentInstance } from './present-instance.js'

/** `/v1/instances`. */
export const instanceRoutes = (parts: Parts): Route[] => [
  route(operations.createInstance, (call) => createInstance(parts, call)),

  route(operations.listInstances, async ({ actor, query }) => {
    const { context, label, include, ...filter } = filtersOf(query)
    const rows = await listInstances(
      parts.store.database,
      { ...filter, ...(context ? { contexts: context } : {}), ...(label ? { labels: label } : {}) },
      { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) },
    )
    const uptimes =
      include === 'health'
        ? await readUptimes(
            parts.store.database,
            rows.map(({ id }) => id),
          )
        : null
    const present = (row: InstanceRow) =>
      uptimes ? { ...presentInstance(row), health: presentHealth(row, uptimes.get(row.id)) } : presentInstance(row)
    return ok(pageOfRows(rows, query, present, (row) => row.number))
  }),

  route(operations.getInstance, async ({ actor, params }) =>
    ok(presentInstance(found(await readInstance(parts.store.database, params.id, actor.tenants)))),
  ),

  route(operations.updateInstance, (call) => changeInstance(parts, call)),
]
