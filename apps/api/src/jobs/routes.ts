import { operations, preferredWaitSeconds } from '@edfi-tenants/contract'
import { isFinished } from '@edfi-tenants/core'
import { cancelJob, retryJob } from '@edfi-tenants/jobs'
import { listJobs, readJob } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { acceptJob } from './accept-job.js'
import { presentJob } from './present-job.js'
import { waitForEnd } from './wait-for-end.js'

/** `/v1/jobs`. */
export const jobRoutes = (parts: Parts): Route[] => [
  route(operations.listJobs, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listJobs(parts.store.database, filtersOf(query), page)
    return ok(pageOfRows(rows, query, presentJob, (row) => row.number))
  }),

  route(operations.getJob, async (call) => {
    const { actor, headers, params } = call
    const seconds = preferredWaitSeconds(headers.Prefer)
    const look = () => readJob(parts.store.database, params.id, actor.tenants)
    // Its signal is asked for by those only that wait: making one costs as much as the answer.
    const job = found(seconds > 0 ? await waitForEnd(look, { seconds, signal: call.signal }) : await look())
    return ok(presentJob(job), {
      ...(isFinished(job.status) ? {} : { 'Retry-After': '2' }),
      ...(seconds > 0 ? { 'Preference-Applied': `wait=${seconds}` } : {}),
    })
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
