/**
 * One cell of RFC 4180 CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number | object | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** Lines of cells as CSV, a line of column names first. */
export const csvOf = (columns: readonly string[], lines: readonly (string | number | object | null)[][]): string =>
  [columns, ...lines.map((cells) => cells.map(csvCell))].map((line) => `${line.join(',')}\r\n`).join('')
