import { operations } from '@edfi-tenants/contract'
import { listBatchJobs, readBatch } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { presentJob } from '../jobs/present-job.js'
import type { Parts } from '../parts.js'
import { presentBatch } from './present-batch.js'

/** `/v1/batches`. */
export const batchRoutes = (parts: Parts): Route[] => [
  route(operations.getBatch, async ({ actor, params }) => {
    const batch = found(await readBatch(parts.store.database, params.id, actor.tenants))
    return ok(presentBatch(batch), batch.status === 'running' ? { 'Retry-After': '2' } : {})
  }),

  route(operations.listBatchJobs, async ({ actor, params, query }) => {
    const { database } = parts.store
    const { id } = found(await readBatch(database, params.id, actor.tenants))
    const page = { after: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listBatchJobs(database, id, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentJob, (row) => row.number))
  }),
]
