import { auditEventListQuery, auditEventPage } from '../audit-events.js'
import { auditEventExample } from '../examples/audit-events.js'
import { defineOperation } from '../operation.js'

/** `/v1/audit-events`. */
export const auditEventOperations = {
  listAuditEvents: defineOperation({
    id: 'listAuditEvents',
    method: 'get',
    path: '/v1/audit-events',
    summary: 'List audit events',
    description:
      'Newest first. With `Accept: text/csv` the page comes as CSV, and the address of the next one in `Link`.',
    tag: 'Audit',
    scope: 'audit:read',
    query: auditEventListQuery,
    responses: {
      200: {
        description: 'A page of audit events.',
        schema: auditEventPage,
        example: { items: [auditEventExample], nextCursor: null },
        otherMedia: { 'text/csv': 'The same, one line per event below a line of column names.' },
        headers: ['Link'],
      },
    },
    problems: [],
  }),
}
