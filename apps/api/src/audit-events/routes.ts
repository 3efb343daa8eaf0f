import { operations, type AuditEvent } from '@edfi-tenants/contract'
import { listAuditEvents, type AuditEventRow } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { filtersOf, numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { auditCsv } from './audit-csv.js'

/** `/v1/audit-events`. */
export const auditEventRoutes = (parts: Parts): Route[] => [
  route(operations.listAuditEvents, async (call) => {
    const { actor, query, target } = call
    const page = { tenants: actor.tenants, before: numberCursor(query), limit: rowsToRead(query) }
    const rows = await listAuditEvents(parts.store.database, filtersOf(query), page)
    const body = pageOfRows(rows, query, presentEvent, (row) => row.id)
    if (call.prefers('application/json', 'text/csv') !== 'text/csv') return ok(body)
    return {
      status: 200 as const,
      headers: {
        'Content-Disposition': 'attachment; filename="audit-events.csv"',
        ...(body.nextCursor === null ? {} : { Link: `<${nextPage(target, body.nextCursor)}>; rel="next"` }),
      },
      text: { media: 'text/csv; charset=utf-8', content: auditCsv(body.items) },
    }
  }),
]

/** The address of the page after a request's. */
function nextPage(target: string, cursor: string): string {
  const url = new URL(target, 'http://localhost')
  url.searchParams.set('cursor', cursor)
  return url.pathname + url.search
}

const presentEvent = ({ id, ...event }: AuditEventRow): AuditEvent => ({ number: id, ...event })
