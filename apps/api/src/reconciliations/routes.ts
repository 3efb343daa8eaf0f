import { operations } from '@edfi-tenants/contract'
import { isFinished } from '@edfi-tenants/core'
import { requestReconciliation } from '@edfi-tenants/jobs'
import { listFindings, listReconciliations, readReconciliation } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptedHeaders } from '../jobs/accept-job.js'
import { presentJob } from '../jobs/present-job.js'
import type { Parts } from '../parts.js'
import { presentListed, presentReconciliation } from './present-reconciliation.js'
import { resolveFinding } from './resolve-finding.js'

/** `/v1/reconciliations`. */
export const reconciliationRoutes = (parts: Parts): Route[] => [
  route(operations.createReconciliation, async (call) => {
    const answer = await parts.store.database.transaction(async (database) => {
      const { job, reconciliation } = await requestReconciliation(database, call.body, call.origin)
      const body = { job: presentJob(job), reconciliation: presentReconciliation(reconciliation, []) }
      const accepted = { status: 202 as const, headers: acceptedHeaders(job.id), body }
      await call.keep(database, accepted)
      return accepted
    })
    parts.ringer.request()
    return answer
  }),

  route(operations.listReconciliations, async ({ actor, query }) => {
    const page = { bound: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listReconciliations(parts.store.database, page)
    return ok(pageOfRows(rows, query, presentListed, (row) => row.number))
  }),

  route(operations.getReconciliation, async ({ actor, params }) => {
    const { database } = parts.store
    const row = found(await readReconciliation(database, params.id, actor.tenants))
    return ok(
      presentReconciliation(row, await listFindings(database, row.id)),
      isFinished(row.status) ? {} : { 'Retry-After': '2' },
    )
  }),

  route(operations.resolveFinding, (call) => resolveFinding(parts, call)),
]
