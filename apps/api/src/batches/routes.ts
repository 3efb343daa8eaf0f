import { operations } from '@edfi-tenants/contract'
import { listBatches, listBatchItems, listBatchJobs, readBatch } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { presentJob } from '../jobs/present-job.js'
import { lookOrWait } from '../jobs/wait-for-end.js'
import type { Parts } from '../parts.js'
import { createBatch } from './create-batch.js'
import { batchCredentialRoutes } from './credential-routes.js'
import { presentBatch, presentBatchItem } from './present-batch.js'

/** `/v1/batches`. */
export const batchRoutes = (parts: Parts): Route[] => [
  route(operations.createBatch, (call) => createBatch(parts, call)),

  route(operations.listBatches, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listBatches(parts.store.database, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentBatch, (row) => row.number))
  }),

  route(operations.getBatch, async (call) => {
    const look = () => readBatch(parts.store.database, call.params.id, call.actor.tenants)
    const { row, headers } = await lookOrWait(call, look)
    return ok(presentBatch(found(row)), headers)
  }),

  route(operations.listBatchItems, async ({ actor, params, query }) => {
    const { database } = parts.store
    const { id } = found(await readBatch(database, params.id, actor.tenants))
    const page = { after: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listBatchItems(database, id, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentBatchItem, (row) => row.position))
  }),

  route(operations.listBatchJobs, async ({ actor, params, query }) => {
    const { database } = parts.store
    const { id } = found(await readBatch(database, params.id, actor.tenants))
    const page = { after: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listBatchJobs(database, id, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentJob, (row) => row.number))
  }),

  ...batchCredentialRoutes(parts),
]
