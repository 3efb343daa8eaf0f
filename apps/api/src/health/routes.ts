import { operations, pathOf } from '@edfi-tenants/contract'
import { checkHealth, requestHealthChecks, requestInstanceJob } from '@edfi-tenants/jobs'
import { listFleetHealth, listHealthChecks, readFleetHealth, readInstance, readUptimes } from '@edfi-tenants/store'
import { presentBatch } from '../batches/present-batch.js'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'
import { fleetCsv } from './fleet-csv.js'
import { presentHealth, presentHealthCheck } from './present-health.js'

/** `/v1/health`, `/v1/health-checks`, and the health of one instance. */
export const healthRoutes = (parts: Parts): Route[] => [
  route(operations.getInstanceHealth, async ({ actor, params }) => {
    const { database } = parts.store
    const row = found(await readInstance(database, params.id, actor.tenants))
    return ok(presentHealth(row, (await readUptimes(database, [row.id])).get(row.id)))
  }),

  route(operations.listHealthChecks, async ({ actor, params, query }) => {
    const { database } = parts.store
    const { id } = found(await readInstance(database, params.id, actor.tenants))
    const rows = await listHealthChecks(database, id, { before: numberCursor(query), limit: rowsToRead(query) })
    return ok(pageOfRows(rows, query, presentHealthCheck, (row) => row.id))
  }),

  route(operations.checkInstanceHealth, async (call) => {
    const { id } = found(await readInstance(parts.store.database, call.params.id, call.actor.tenants))
    return acceptInstanceJob(parts, call, (database) =>
      requestInstanceJob(database, checkHealth, id, call.origin, { when: ['active', 'stopped'] }),
    )
  }),

  route(operations.getFleetHealth, async (call) => {
    const { actor, query } = call
    const { database } = parts.store
    const filter = {
      ...(query.tenant === undefined ? {} : { tenant: query.tenant }),
      ...(query.label === undefined ? {} : { labels: query.label }),
    }
    if (call.prefers('application/json', 'text/csv') !== 'text/csv')
      return ok(await readFleetHealth(database, filter, actor.tenants))
    return {
      status: 200 as const,
      headers: { 'Content-Disposition': 'attachment; filename="health.csv"' },
      text: {
        media: 'text/csv; charset=utf-8',
        content: fleetCsv(await listFleetHealth(database, filter, actor.tenants)),
      },
    }
  }),

  route(operations.checkHealth, async (call) => {
    const answer = await parts.store.database.transaction(async (database) => {
      const batch = await requestHealthChecks(database, call.body, call.origin)
      const accepted = {
        status: 202 as const,
        headers: { Location: pathOf(operations.getBatch, { id: batch.id }), 'Retry-After': '2' },
        body: { batch: presentBatch(batch) },
      }
      await call.keep(database, accepted)
      return accepted
    })
    parts.ringer.request()
    return answer
  }),
]
