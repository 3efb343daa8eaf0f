import { auditEventColumns, type AuditEvent } from '@edfi-tenants/contract'
import { csvOf } from '../http/csv.js'

/** Audit events as RFC 4180 CSV, a line of column names first. */
export const auditCsv = (events: readonly AuditEvent[]): string =>
  csvOf(
    auditEventColumns,
    events.map((event) => auditEventColumns.map((column) => event[column])),
  )
