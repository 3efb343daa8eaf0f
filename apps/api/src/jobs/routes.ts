import { operations } from '@edfi-tenants/contract'
import { cancelJob, retryJob } from '@edfi-tenants/jobs'
import { listJobs, readJob } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { acceptJob } from './accept-job.js'
import { presentJob } from './present-job.js'
import { lookOrWait } from './wait-for-end.js'

/** `/v1/jobs`. */
export const jobRoutes = (parts: Parts): Route[] => [
  route(operations.listJobs, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listJobs(parts.store.database, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentJob, (row) => row.number))
  }),

  route(operations.getJob, async (call) => {
    const look = () => readJob(parts.store.database, call.params.id, call.actor.tenants)
    const { row, headers } = await lookOrWait(call, look)
    return ok(presentJob(found(row)), headers)
  }),

  route(operations.cancelJob, async (call) => {
    const job = found(await readJob(parts.store.database, call.params.id, call.actor.tenants))
    return acceptJob(parts, call, (database) => cancelJob(database, job, call.origin))
  }),

  route(operations.retryJob, async (call) => {
    const job = found(await readJob(parts.store.database, call.params.id, call.actor.tenants))
    return acceptJob(parts, call, (database) => retryJob(database, job, call.origin))
  }),
]
