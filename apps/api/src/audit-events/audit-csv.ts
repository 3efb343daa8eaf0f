import { auditEventColumns, type AuditEvent } from '@edfi-tenants/contract'

/** Audit events as RFC 4180 CSV, a line of column names first. */
export const auditCsv = (events: readonly AuditEvent[]): string =>
  [auditEventColumns, ...events.map((event) => auditEventColumns.map((column) => cell(event[column])))]
    .map((line) => `${line.join(',')}\r\n`)
    .join('')

/**
 * One cell. A text that a spreadsheet would take for a formula gets an apostrophe before it:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
function cell(value: AuditEvent[keyof AuditEvent]): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
